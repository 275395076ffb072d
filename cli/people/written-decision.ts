import { OrketError, type JsonObject } from '#crds';
import type { Decision } from '#runtime';
import { objectIn, outcomeOf, type Verdict } from './decision-flags.ts';
import type { Gate } from './gates.ts';

/** A decision as it stands in a file that can be committed: without a sender, and bound to what was shown. */
export interface Written {
  readonly gate: string;
  readonly gateDigest: string;
  readonly said: Verdict;
}

const verdicts: readonly Decision['verdict'][] = ['approve', 'deny', 'retry', 'supply', 'abort'];
const members = ['gate', 'gateDigest', 'verdict', 'note', 'input', 'outcome'];

/** Reads the decision in a file. Throws `Usage` where it is none. */
export async function writtenDecision(path: string): Promise<Written> {
  return readWritten(await objectIn(path), path);
}

export function readWritten(value: JsonObject, at: string): Written {
  const wrong = (expected: string, found: unknown): OrketError =>
    new OrketError('Usage', 'this is no decision', {
      at,
      expected,
      found: (JSON.stringify(found) ?? 'nothing').slice(0, 80),
      remedy: 'docs/tasks/approve-a-call.md shows one.',
    });
  const unknown = Object.keys(value).find((key) => !members.includes(key));
  if (unknown !== undefined) throw wrong(members.join(', '), unknown);
  const { gate, gateDigest, note = '', input, outcome } = value;
  const verdict = verdicts.find((each) => each === value['verdict']);
  if (typeof gate !== 'string') throw wrong('gate: g and its number', gate);
  if (typeof gateDigest !== 'string') throw wrong('gateDigest: the digest that was shown', gateDigest);
  if (typeof note !== 'string') throw wrong('note: a text', note);
  if (verdict === undefined) throw wrong(`verdict: one of ${verdicts.join(', ')}`, value['verdict']);
  if (input !== undefined && verdict !== 'approve') throw wrong('an input only with approve', verdict);
  if ((outcome !== undefined) !== (verdict === 'supply')) throw wrong('an outcome exactly with supply', verdict);
  return {
    gate,
    gateDigest,
    said: {
      verdict,
      note,
      ...(input === undefined ? {} : { input }),
      ...(outcome === undefined ? {} : { outcome: outcomeOf(outcome) }),
    },
  };
}

/** What a file says of a gate. Throws `Usage` where it was written about another call. */
export function boundTo({ id, digest }: Gate, { gateDigest, said }: Written): Verdict {
  if (gateDigest === digest) return said;
  throw new OrketError('Usage', `the decision was written about another call than waits at ${id}`, {
    at: id,
    expected: digest,
    found: gateDigest.slice(0, 80),
    remedy: 'Look at the call as it is now, and write down the digest that is shown with it.',
  });
}
