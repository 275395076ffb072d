import { setTimeout as sleep } from 'node:timers/promises';
import { OrketError } from '#crds';
import { readLivePolicies, watchManifests, type SessionFolder } from '#controller';
import type { PolicyPlace } from '#runtime';

/** Editors and git write a file in several goes. */
const settleMs = 100;

/**
 * Keeps the rules that a session process looks at beside its bundle as the manifests have them now, for as long as that
 * process runs. Throws `InvalidManifest` where they cannot be read; what goes wrong later is told, and what was read
 * before still counts.
 */
export async function followPolicies(
  folder: SessionFolder,
  place: PolicyPlace | undefined,
  tell: (text: string) => void,
): Promise<{ close(): void }> {
  if (place === undefined) return { close: () => {} };
  const refresh = async (): Promise<void> => {
    const rules = await readLivePolicies(place);
    if (rules === null) tell('The manifests are gone: the Policies that were last seen there hold');
    else await folder.writePolicies(rules);
  };
  await refresh();
  const over = new AbortController();
  let changes = 0;
  const changed = async (): Promise<void> => {
    changes += 1;
    const mine = changes;
    await sleep(settleMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    if (over.signal.aborted || mine !== changes) return;
    await refresh().catch((error: unknown) => {
      if (!(error instanceof OrketError)) throw error;
      tell(error.message);
    });
  };
  const watcher = watchManifests(place, () => void changed());
  return {
    close() {
      watcher.close();
      over.abort();
    },
  };
}
