import { bundleDigest, canonicalCopy, digestOf, OrketError, type Bundle, type JsonObject } from '#crds';
import { admit } from '../call/admit.ts';
import { openJournal } from '../journal/journal.ts';
import type { JournalStore } from '../journal/store.ts';
import { startOf } from '../opening.ts';
import type { Recording } from '../replay/recording.ts';
import { createMask } from '../secrets/mask.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { runtimeVersion } from '../version.ts';
import type { Keep } from '../journal/fork-facts.ts';
import { forkOf, type Fork, type SuppliedOutcome } from './fork.ts';

/** A Session that takes over history of another one. */
export interface ForkOptions {
  readonly parent: Recording;
  /** Stable path before which history is taken over. */
  readonly at: string;
  readonly outcomes?: readonly SuppliedOutcome[];
  /** What the fork runs, which may be another bundle than its parent's. */
  readonly bundle: Bundle;
  readonly uid: string;
  readonly provenance: JsonObject;
  /** What heuristics go by; default what the parent goes by. */
  readonly observed?: JsonObject;
  /** Masked in what is supplied. What is taken over was masked when it was recorded. */
  readonly secrets?: ReadonlyMap<string, string>;
  /** Of the fork: empty so far. */
  readonly store: JournalStore;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export interface Begun extends Fork {
  /** Of the parent, as far as it was known. */
  readonly parentHead: { readonly seq: number; readonly head: string };
}

/**
 * Begins the journal of a fork: its start, under the semantics and with the chance of its parent, and right after it what
 * it took over. From there on it is a Session like any other, to be gone on with by its next attempt. Throws `Usage`,
 * and what reading the parent throws.
 */
export async function beginFork(options: ForkOptions): Promise<Begun> {
  const { parent, at, bundle, uid, provenance, store, clock } = options;
  const started = startOf(parent.records);
  const last = parent.records.at(-1);
  if (started === undefined || last === undefined)
    throw new OrketError('Usage', 'a Session that never began cannot be forked', { at });
  semanticsOf(started.semantics);
  const journal = await openJournal({ store, clock });
  try {
    const keep: Keep = {
      value: async (value) => (await journal.record(value)) ?? { value },
      file: async (bytes) => {
        const content = await journal.putFile(bytes);
        if (content !== null) return content;
        throw new OrketError('Internal', 'a fork begins in a journal that holds nothing');
      },
    };
    const mask = createMask(options.secrets ?? new Map());
    const outcomes = (options.outcomes ?? []).map(({ path, output }) => ({ path, output: admit(output, mask).value }));
    const fork = await forkOf(parent, at, keep, outcomes);
    const { seed, semantics } = started;
    const observed = options.observed ?? started.observed;
    const digest = bundleDigest(bundle);
    const begun = { uid, bundle: { digest, version: bundle.bundleVersion }, semantics, runtime: runtimeVersion, seed };
    const list = canonicalCopy(fork.facts).value;
    await journal.append(
      {
        type: 'session.started',
        path: '',
        body: { ...begun, provenance, ...(observed === undefined ? {} : { observed }) },
      },
      { sync: true },
    );
    const body = {
      parent: { uid: started.uid, bundle: started.bundle.digest },
      parentHead: { seq: last.seq, head: last.hash },
      at,
      outcomes: await journal.record(list),
      outcomesDigest: digestOf(list),
      treeDigest: fork.tree,
    };
    await journal.append({ type: 'session.forked', path: '', body }, { sync: true });
    return { ...fork, parentHead: body.parentHead };
  } finally {
    await journal.close();
  }
}
