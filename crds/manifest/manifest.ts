import { NotStrictJson, parseJson } from '../canonical/json.ts';
import type { Problem } from '../problem.ts';
import { apiVersion } from '../validate/kinds.ts';
import { ambiguousWords } from './ambiguous.ts';
import { DecodeError, tooLarge } from './decode-error.ts';
import { decodeDocument } from './decode.ts';
import type { ManifestDocument } from './document.ts';
import { diskFiles, type ManifestFiles } from './files.ts';
import { findFiles, unreadableLink, type FileReport, type FoundFile } from './find.ts';
import { limits } from './limits.ts';
import { objectsOf } from './list.ts';
import { locateIn, locateInJson, positionAt, writtenIn } from './locate.ts';
import { mayBeOurs, whoseIs } from './ours.ts';
import { parseYaml } from './syntax.ts';

export interface Loaded {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly Problem[];
}

/** What is left of the bounds on a set of manifests. */
interface Budget {
  bytes: number;
  documents: number;
}

/**
 * Reads manifests from files and folders: `*.yaml`, `*.yml` and `*.json`, folders with all they contain but folders whose
 * name begins with a dot and `node_modules`, in order of their paths. A folder may hold other files as well: of what it
 * holds only documents that seem to be meant for Orket are taken, and a file that cannot be read is wrong only where it
 * may hold one. What is wrong is collected, one problem for each file; a set over its bounds ends the reading with one
 * problem. Throws only what the file system throws for reasons other than absence.
 */
export async function loadManifests(paths: readonly string[], files: ManifestFiles = diskFiles): Promise<Loaded> {
  const found = await findFiles(paths, files);
  const documents: ManifestDocument[] = [];
  const problems: Problem[] = [...found.problems];
  const budget: Budget = { bytes: limits.totalBytes, documents: limits.documents };
  for (const file of found.files) {
    const text = { value: '' };
    try {
      const bytes = await readBytes(file.path, files, budget);
      if (file.by !== 'name' && !mayBeOurs(new TextDecoder().decode(bytes))) continue;
      if (file.by === 'link') throw wrongAsAWhole(unreadableLink);
      text.value = textOf(bytes);
      for (const document of documentsFor(file, text.value, budget)) documents.push(document);
    } catch (error) {
      const problem = problemOf(file.path, text.value, error);
      problems.push(problem);
      if (problem.reason === 'ManifestTooLarge' && (budget.bytes < 0 || budget.documents < 0)) break;
    }
  }
  return { documents, problems };
}

/** What is to be judged of a file. One that a person names is never left out without a word. */
function* documentsFor({ path, by }: FoundFile, text: string, budget: Budget): Generator<ManifestDocument> {
  let left = 0;
  let taken = 0;
  for (const document of decodeFile(path, text)) {
    budget.documents -= 1;
    if (budget.documents < 0) throw tooLarge(`at most ${limits.documents} documents`, 'more');
    const whose = whoseIs(document.value);
    if (whose === 'foreign' || (whose === 'nobodys' && by !== 'name')) {
      left += 1;
      continue;
    }
    taken += 1;
    yield document;
  }
  if (by === 'name' && taken === 0) throw wrongAsAWhole(noneOfOurs(left));
}

function noneOfOurs(others: number): FileReport {
  return {
    reason: 'NotFound',
    message: 'this file holds no manifest of Orket',
    expected: `an object with apiVersion: ${apiVersion}`,
    found: others === 0 ? 'none' : 'objects of other groups alone',
    remedy: 'Check the path. Of a folder, what is not of Orket is left out.',
  };
}

function wrongAsAWhole({ reason, message, ...detail }: FileReport): DecodeError {
  return new DecodeError(reason, message, { offset: 0, ...detail });
}

/** At most one byte more than a file may have. */
async function readBytes(file: string, files: ManifestFiles, budget: Budget): Promise<Uint8Array> {
  const bytes = await files.read(file, limits.fileBytes + 1);
  budget.bytes -= bytes.length;
  if (budget.bytes < 0) throw tooLarge(`at most ${limits.totalBytes} bytes in all files`, 'more');
  return bytes;
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length > limits.fileBytes) throw tooLarge(`at most ${limits.fileBytes} bytes in a file`, 'more');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DecodeError('InvalidCharacter', 'the file is not UTF-8', {
      offset: 0,
      expected: 'text in UTF-8',
      found: 'other bytes',
      remedy: 'Save the file as UTF-8.',
    });
  }
}

export function* decodeFile(file: string, text: string): Generator<ManifestDocument> {
  if (file.endsWith('.json')) {
    const value = parseJson(text, { bytes: limits.fileBytes, depth: limits.depth });
    yield* objectsOf({ file, value, locate: locateInJson(file, text), warnings: [] });
    return;
  }
  for (const document of parseYaml(text)) {
    const value = decodeDocument(document, text);
    if (value === null) continue;
    const warnings = ambiguousWords(file, text, document);
    const locate = locateIn(file, text, document);
    yield* objectsOf({ file, value, locate, written: writtenIn(document), warnings });
  }
}

export function problemOf(file: string, text: string, error: unknown): Problem {
  const detail = detailOf(error);
  return {
    stage: 'decode',
    reason: detail.reason,
    file,
    ...positionAt(text, Math.min(detail.offset, text.length)),
    path: '',
    message: detail.message,
    expected: detail.expected,
    found: detail.found,
    remedy: detail.remedy,
  };
}

function detailOf(error: unknown): DecodeError {
  if (error instanceof DecodeError) return error;
  if (!(error instanceof NotStrictJson)) throw error;
  const { expected = '', found = '' } = error.detail;
  const remedy = 'Look at the commas, quotes and brackets at this place and just before it.';
  return new DecodeError('InvalidSyntax', 'the text is not valid JSON', {
    offset: error.offset,
    expected,
    found,
    remedy,
  });
}
