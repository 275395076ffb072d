import { digestOf, OrketError, parseInstant, type Digest } from '#crds';
import type { Admitted } from './admit.ts';
import { checkInput } from './check-values.ts';
import { changedSince } from './gate-files.ts';
import { valueOf, waitAtGate, type Question } from './gate.ts';
import { demandsOf, expiryOf, type Gate } from './gate-verdict.ts';
import { attemptPath, childPath, splitAttempt } from './path.ts';
import type { Verdict } from './policy.ts';
import type { Callable, CallSite, Run } from './run.ts';
import { verdictOn } from './verdict-on.ts';

/**
 * Has Policies decide an attempt at a call, and waits for people where they ask for it. Gives the input to call with:
 * the one that was asked for, or what people made of it, and whether that holds. An approval is for this one attempt;
 * where what was approved is otherwise by then, people are asked again.
 *
 * Throws `CallDenied`, `ApprovalExpired`, `Aborted`, `InputRefused` for an edited input, and the reason of the signal.
 */
export async function judgeCall(callable: Callable, given: Admitted, site: CallSite, path: string): Promise<Judged> {
  let input = given;
  let approved: Approved | null = null;
  for (let number = 1; ; number += 1) {
    const at = approved === null ? path : approved.path;
    const next = gatePath(path, number);
    const { found, record, stricter } = await verdictOn(callable, input, site, { at, next });
    const covered = approved !== null && covers(approved, found, input);
    // What an approval covers needs no verdict of its own.
    if (!covered) await record();
    if (found.verdict === 'deny') {
      const { messages } = site.run.semantics;
      throw new OrketError('CallDenied', messages.denied(found.reason, found.decidedBy ?? ''));
    }
    if (found.verdict === 'allow' || covered) {
      const changed = approved === null ? [] : await changedIn(approved, number, path, site);
      if (approved === null || changed.length === 0) return { input, holds: holding(input, approved, stricter) };
      approved = await ask(callable, input, found, { gate: approved.gate.seq, changed }, site, next);
    } else {
      const voided = approved === null ? voidedBefore(path, site.run) : approved.gate.seq;
      const voids = voided === null ? null : { gate: voided, changed: ['rules'] };
      approved = await ask(callable, input, found, voids, site, next);
    }
    if (approved.input !== null) {
      input = approved.input;
      await checkInput(callable, input.value, site);
    }
  }
}

/** What a call is let through with. */
export interface Judged {
  readonly input: Admitted;
  /** Whether live Policies would let it through as they are now, too. */
  readonly holds: () => boolean;
}

/** `stricter` gives the verdict of live Policies that were not looked at yet, null for none. */
function holding(input: Admitted, approved: Approved | null, stricter: () => Verdict | null): () => boolean {
  return () => {
    const found = stricter();
    if (found === null) return true;
    return approved === null ? found.verdict === 'allow' : covers(approved, found, input);
  };
}

/** The gate at which an attempt was approved that was withdrawn because rules had become stricter; null for none. */
function voidedBefore(path: string, { trail }: Run): number | null {
  const { base, attempt } = splitAttempt(path);
  const before = attemptPath(base, attempt - 1);
  if (trail.recall('call.withdrawn', before)?.body.why !== 'rules') return null;
  let last: number | null = null;
  for (let number = 1; ; number += 1) {
    const gate = trail.recall('gate.opened', gatePath(before, number));
    if (gate === undefined) return last;
    last = gate.seq;
  }
}

interface Approved {
  readonly gate: Gate;
  readonly path: string;
  readonly rules: ReadonlySet<string>;
  /** What people made of the input, null where they left it. */
  readonly input: Admitted | null;
}

function gatePath(path: string, number: number): string {
  return childPath(path, `g${number}`);
}

/** An approval holds for what it was given for, and for as long as no rule denies and no further one asks. */
function covers({ rules, gate, input }: Approved, found: Verdict, now: Admitted): boolean {
  if (found.verdict === 'deny' || now.digest !== (input?.digest ?? gate.body.inputDigest)) return false;
  return askingDigests(found).every((digest) => rules.has(digest));
}

function askingDigests({ rules }: Pick<Verdict, 'rules'>): readonly string[] {
  return rules.flatMap(({ action, digest }) => (action === 'approve' ? [digest] : []));
}

/** What is otherwise since the approval; in a replay the next gate says so. */
async function changedIn({ gate }: Approved, number: number, path: string, site: CallSite): Promise<readonly string[]> {
  const { trail } = site.run;
  const again = trail.recall('gate.opened', gatePath(path, number));
  if (again !== undefined) return again.body.voids?.changed ?? [];
  const late = trail.live && isOver(gate, site.run.clock()) ? ['expiry'] : [];
  return [...(await changedSince(gate, path, site.run, site.workspace)), ...late];
}

/** An approval is good for as long as its gate would have waited; where the call happens then all the same, for ever. */
function isOver({ body: { expiresAt, onExpiry } }: Gate, now: number): boolean {
  return expiresAt !== null && onExpiry !== 'allow' && now >= parseInstant(expiresAt);
}

async function ask(
  callable: Callable,
  input: Admitted,
  found: Verdict,
  voids: Question['voids'],
  site: CallSite,
  path: string,
): Promise<Approved> {
  const { run, workspace, signal } = site;
  const { messages } = run.semantics;
  const { reason, rules, decidedBy, asking } = found;
  const question: Question = {
    kind: 'policy',
    name: callable.name,
    risk: callable.risk,
    input,
    toolDigest: toolDigestOf(callable),
    files: run.semantics.filesNamed(callable.inputSchema, input.value),
    rules,
    message: messages.waits(reason, callable.risk, decidedBy),
    approvers: demandsOf(asking),
    expiry: expiryOf(asking),
    voids,
  };
  const { gate, decided } = await waitAtGate(question, path, run, workspace, signal);
  const { verdict, note } = decided.body;
  if (verdict === 'approved' || verdict === 'edited') {
    const instead = verdict === 'edited' ? await valueOf(decided, run) : null;
    return { gate, path, rules: new Set(askingDigests(gate.body)), input: instead };
  }
  if (verdict === 'expired' && gate.body.onExpiry === 'abort') throw new OrketError('Aborted', messages.expired);
  if (verdict === 'expired') throw new OrketError('ApprovalExpired', messages.expired);
  throw new OrketError('CallDenied', messages.deniedByPeople(note));
}

/** What would run: its accepted definition where it has one, else what it is known by. */
export function toolDigestOf({ digest, name, risk, inputSchema, outputSchema }: Callable): Digest {
  return digest ?? digestOf({ name, risk, inputSchema, outputSchema });
}
