import type { SessionDeps, Workspace } from '#runtime';
import type { SessionRig } from './rig.ts';

/**
 * Has everything that a Session waits for take its time: models, files and the journal answer after as many rounds of
 * the event loop as a seed says, so that branches get ahead of each other in another way for each seed.
 */
export function timed(rig: SessionRig, seed: number): Pick<SessionDeps, 'provider' | 'store'> {
  const pause = pausing(seed);
  const { provider, store } = rig;
  return {
    provider: {
      ...provider,
      generate: async (request, options) => {
        await pause();
        const answer = await provider.generate(request, options);
        await pause();
        return answer;
      },
    },
    store: {
      open: () => store.open(),
      append: async (lines, options) => {
        await pause();
        await store.append(lines, options);
      },
      putBlob: (bytes) => store.putBlob(bytes),
      readBlob: (ref) => store.readBlob(ref),
      anchor: () => store.anchor(),
      close: () => store.close(),
    },
  };
}

/** The same for the files that calls work on. */
export function timedFiles(workspace: Workspace, seed: number): Workspace {
  const pause = pausing(seed);
  return {
    ...workspace,
    branch: (folder) => timedFiles(workspace.branch(folder), seed + folder.length),
    forCall: (signal) => {
      const files = workspace.forCall(signal);
      return {
        ...files,
        read: async (path, limit) => pause().then(() => files.read(path, limit)),
        list: async (path, options) => pause().then(() => files.list(path, options)),
        write: async (path, text) => pause().then(() => files.write(path, text)),
      };
    },
  };
}

/** Waits for up to seven rounds. Numbers by the generator of Park and Miller. */
export function pausing(seed: number): () => Promise<void> {
  let state = (seed % 2_147_483_646) + 1;
  return async () => {
    state = (state * 48_271) % 2_147_483_647;
    for (let rounds = state % 8; rounds > 0; rounds -= 1) await new Promise((resolve) => setImmediate(resolve));
  };
}
