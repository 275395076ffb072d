import { digestOf, digestOfBytes, OrketError, type Digest } from '#crds';
import type { Workspace } from '../workspace/workspace.ts';
import { endsAttempt, errorOf } from './failure.ts';
import type { Gate } from './gate-verdict.ts';
import type { Run } from './run.ts';

/** A file as it is when people are asked. */
export interface NamedFile {
  readonly path: string;
  /** Null where there is none. */
  readonly digest: Digest | null;
}

/**
 * Files as they are, sorted by path. Throws `InputRefused` for one that cannot be read: nobody could see that it changed.
 * The refusal is recorded as the denial of the call at `path`, and a replay takes it from there.
 */
export async function namedFiles(
  paths: readonly string[],
  path: string,
  run: Run,
  workspace: Workspace,
): Promise<readonly NamedFile[]> {
  refuseAsRecorded(path, run);
  const sorted = [...new Set(paths)].toSorted();
  return Promise.all(sorted.map(async (one) => ({ path: one, digest: await fileDigest(one, run, workspace) })));
}

/** What of a call is otherwise than when it was approved: `files`, or nothing. Throws as `namedFiles`. */
export async function changedSince(
  { body }: Gate,
  path: string,
  run: Run,
  workspace: Workspace,
): Promise<readonly string[]> {
  refuseAsRecorded(path, run);
  if (!run.trail.live) return [];
  const paths = body.files.map((file) => file.path);
  const now = await namedFiles(paths, path, run, workspace);
  return digestOf(now.map((file) => ({ ...file }))) === digestOf(body.files.map((file) => ({ ...file })))
    ? []
    : ['files'];
}

/** Nothing else refuses an input once it is asked about, or has been approved. */
function refuseAsRecorded(path: string, { trail }: Run): void {
  const error = trail.recall('call.denied', path)?.body.error;
  if (error?.reason === 'InputRefused') throw errorOf(error);
}

async function fileDigest(path: string, { semantics }: Run, workspace: Workspace): Promise<Digest | null> {
  try {
    return digestOfBytes(await workspace.readFile(path));
  } catch (error) {
    if (!(error instanceof OrketError) || endsAttempt(error)) throw error;
    if (error.reason === 'FileNotFound') return null;
    throw new OrketError('InputRefused', semantics.messages.fileRefused(error.message), {}, error);
  }
}
