import { digestOf } from '#crds';
import type { CallContext } from '../../runtime/call/run.ts';
import type { CallFiles } from '../../runtime/workspace/workspace.ts';

/** What a callable gets to work with, of which a test shows only what matters to it; the rest refuses. */
export function callContext(files: CallFiles, parts: Partial<CallContext> = {}): CallContext {
  const refuse = (): Promise<never> => Promise.reject(new Error('not in this test'));
  return {
    path: 'a#1~1',
    signal: new AbortController().signal,
    files,
    key: digestOf(['uid-1', 'a#1']),
    begin: () => {},
    call: refuse,
    find: () => [],
    approve: refuse,
    log: () => {},
    progress: () => {},
    now: refuse,
    random: () => 0,
    uuid: () => '00000000-0000-8000-8000-000000000000',
    state: { get: refuse, put: refuse },
    artifact: refuse,
    ...parts,
  };
}
