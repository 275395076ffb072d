import { OrketError } from '#crds';

/** Why a path is refused, and what to do instead. The rule is recorded with the path. */
const rules = {
  absolute: 'Write the path relative to its space, as "workspace:notes/a.md".',
  'parent-segment': 'Write the path without "..".',
  'dot-segment': 'Write the path without "." segments.',
  'empty-segment': 'Write one "/" between segments and none at the end.',
  backslash: 'Separate segments with "/".',
  'control-character': 'Use a name without control characters.',
  'lone-surrogate': 'Use a name that is well-formed Unicode.',
  'not-utf8': 'Rename the file to a name that is UTF-8.',
  'too-long': 'Use a shorter path.',
  'too-deep': 'Use fewer folders.',
  'unknown-space': 'Spaces are workspace, domain, launch and reference:NAME, as far as the Flow has them.',
  'reserved-name': 'Names that stand for .git or .orket are not accessible.',
  'read-scope': "The Flow's workspace policy does not let this space be read.",
  'write-scope': "The Flow's workspace policy does not let this space be written.",
  'not-recursive': 'In the launch space only the files directly in it are readable.',
  'not-in-tree': 'Only files of the pinned tree are readable; ignored files are not part of it.',
  link: 'Name the file itself.',
  'link-leaves-scope': 'Links may not leave their space.',
  'link-loop': 'Name the file itself.',
  'not-a-file': 'Name a file.',
  'not-a-folder': 'Name a folder.',
  'not-regular': 'Devices, pipes and sockets are not accessible.',
  'hard-link': 'A file of the Workspace may have no second name.',
  'name-twin': 'Use the name that exists; two names that differ in case or form only are one name elsewhere.',
  'not-normalised': 'Write the name in Unicode normal form C.',
  'file-too-large': 'Split the file.',
  'not-text': 'Only UTF-8 text can be read.',
  'too-many-entries': 'Name a folder with fewer entries.',
  'no-permission': 'The file is not readable for the account of this Session.',
  mounted: 'Unmount what is mounted in the Workspace.',
  moved: 'Something changed the folders at the same time; try again.',
} as const satisfies Record<string, string>;

export type PathRule = keyof typeof rules;

/** A path that may not be used. Goes into `file.access` with its rule. */
export class PathRefused extends OrketError {
  readonly rule: PathRule;
  readonly path: string;

  constructor(path: string, rule: PathRule, cause?: unknown) {
    const shown = shownPath(path);
    super('PathRefused', `the path is refused by rule ${rule}`, { at: shown, remedy: rules[rule] }, cause);
    this.rule = rule;
    this.path = shown;
  }
}

/** A path as it may be recorded: well-formed, bounded, without characters that a terminal would obey. */
export function shownPath(path: string): string {
  const clean = path
    .slice(0, 400)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{FFFD}');
  return path.length > 400 ? `${clean.toWellFormed()}…` : clean;
}

export function fileNotFound(path: string, cause?: unknown): OrketError {
  const remedy = 'List the folder to see what there is.';
  return new OrketError('FileNotFound', 'there is no such file or folder', { at: shownPath(path), remedy }, cause);
}

/** What is opened, or null where there is no such file or folder. */
export async function ifThere<T>(opening: Promise<T>): Promise<T | null> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof OrketError && error.reason === 'FileNotFound') return null;
    throw error;
  }
}

const refusedBySystem: ReadonlyMap<string, PathRule> = new Map([
  ['ENOTDIR', 'not-a-folder'],
  ['EISDIR', 'not-a-file'],
  ['ELOOP', 'link'],
  ['ENAMETOOLONG', 'too-long'],
  ['EACCES', 'no-permission'],
  ['EPERM', 'no-permission'],
  ['EROFS', 'no-permission'],
  ['ENXIO', 'not-regular'],
  ['ENODEV', 'not-regular'],
  ['EILSEQ', 'not-utf8'],
  // What was looked at a moment ago is something else by now: no longer a link, or there all of a sudden.
  ['EINVAL', 'moved'],
  ['EEXIST', 'moved'],
]);

/** An error of the file system in the words of the catalogue; any other one as it is. */
export function fromSystem(error: unknown, path: string): Error {
  const code = systemCode(error);
  if (error instanceof Error && (error instanceof OrketError || code === '')) return error;
  if (code === 'ENOENT') return fileNotFound(path, error);
  const rule = refusedBySystem.get(code);
  if (rule !== undefined) return new PathRefused(path, rule, error);
  const at = shownPath(path);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new OrketError('StorageExceeded', 'the disk is full', { at, found: code }, error);
  }
  return new OrketError('ToolFailed', 'the file system failed', { at, found: code }, error);
}

/** `ENOENT` and the like; empty for anything else. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
