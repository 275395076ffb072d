import { OrketError, type JsonObject } from '#crds';
import type { Decision } from '#runtime';
import { objectIn, outcomeOf, type Verdict } from './decision-flags.ts';
import { gateId, type Gate } from './gates.ts';

/** A decision as it stands in a file that can be committed: without a sender, and bound to what was shown. */
export interface Written {
  readonly gate: string;
  readonly gateDigest: string;
  readonly said: Verdict;
}

const verdicts: readonly Decision['verdict'][] = ['approve', 'deny', 'retry', 'supply', 'abort'];
const members = ['gate', 'gateDigest', 'verdict', 'note', 'input', 'outcome'];

/** Reads the decision in a file. Throws `Usage` where it is none, or where the command line says something else. */
export async function agreedDecision(path: string, beside: Beside): Promise<Written> {
  const written = readWritten(await objectIn(path), path);
  expectAgreed(written, beside, path);
  return written;
}

export function readWritten(value: JsonObject, at: string): Written {
  const wrong = (expected: string, found: unknown): OrketError =>
    new OrketError('Usage', 'this is no decision', {
      at,
      expected,
      found: (JSON.stringify(found) ?? 'nothing').slice(0, 80),
      remedy:
        'It has gate, gateDigest and verdict: `orket describe session` shows the first two, as Gate and Decision.',
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

/** What the command line says beside a file of decisions. */
export interface Beside {
  readonly verb: 'approve' | 'deny';
  /** The gate that it names, where it names one. */
  readonly gate: string | undefined;
  /** Flags that decide something as well. */
  readonly flags: readonly string[];
}

/** A file says all of a decision: what the command line says may not be anything else. Throws `Usage`. */
export function expectAgreed({ gate, said }: Written, beside: Beside, path: string): void {
  const differs = (summary: string, expected: string, found: string, remedy: string): OrketError =>
    new OrketError('Usage', summary, { at: path, expected, found, remedy });
  const [flag] = beside.flags;
  if (flag !== undefined)
    throw differs(
      'the decision is in the file already',
      'no other flag that decides',
      flag,
      'Write it into the file, or decide without one.',
    );
  const named = beside.gate === undefined ? gate : gateId(beside.gate);
  if (named !== gate)
    throw differs(
      'the file decides another gate than the command line names',
      named,
      gate.slice(0, 80),
      'Leave the gate out: the file names it.',
    );
  const verb = said.verdict === 'deny' ? 'deny' : 'approve';
  if (verb === beside.verb) return;
  throw differs(
    `the file says another thing than to ${beside.verb}`,
    beside.verb === 'deny' ? 'verdict: deny' : 'any verdict but deny',
    said.verdict,
    `Where it is meant, say so: orket ${verb} SESSION -f FILE.`,
  );
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
