import { digestOf, isJsonArray, OrketError, parseInstant, type Digest, type JsonObject } from '#crds';
import type { Draft, RecordBodies } from '../journal/record.ts';
import type { Admitted } from './admit.ts';
import { seenUsage } from './amounts.ts';
import { checkInput } from './check-values.ts';
import { changedSince } from './gate-files.ts';
import { valueOf, waitAtGate, type Question } from './gate.ts';
import { demandsOf, expiryOf, type Gate } from './gate-verdict.ts';
import { childPath } from './path.ts';
import { differs, judge, looksAround, type Around, type Policies, type Verdict } from './policy.ts';
import type { Callable, CallSite, Run } from './run.ts';

/**
 * Has Policies decide an attempt at a call, and waits for people where they ask for it. Gives the input to call with:
 * the one that was asked for, or what people made of it. An approval is for this one attempt; where what was approved
 * is otherwise by then, people are asked again.
 *
 * Throws `CallDenied`, `ApprovalExpired`, `Aborted`, `InputRefused` for an edited input, and the reason of the signal.
 */
export async function judgeCall(callable: Callable, given: Admitted, site: CallSite, path: string): Promise<Admitted> {
  let input = given;
  let approved: Approved | null = null;
  for (let number = 1; ; number += 1) {
    const at = approved === null ? path : approved.path;
    const next = gatePath(path, number);
    const { found, record } = await verdictOn(callable, input, site, { at, next });
    const covered = approved !== null && covers(approved, found, input);
    // What an approval covers needs no verdict of its own.
    if (!covered) await record();
    if (found.verdict === 'deny') {
      const { messages } = site.run.semantics;
      throw new OrketError('CallDenied', messages.denied(found.reason, found.decidedBy ?? ''));
    }
    if (found.verdict === 'allow' || covered) {
      const changed = approved === null ? [] : await changedIn(approved, number, path, site);
      if (approved === null || changed.length === 0) return input;
      approved = await ask(callable, input, found, { gate: approved.gate.seq, changed }, site, next);
    } else {
      const voids = approved === null ? null : { gate: approved.gate.seq, changed: ['rules'] };
      approved = await ask(callable, input, found, voids, site, next);
    }
    if (approved.input !== null) {
      input = approved.input;
      await checkInput(callable, input.value, site);
    }
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

/**
 * The verdict on a call, to be recorded at `at` where it is not the default or where rules look at what changes by itself:
 * then what they saw is recorded with it, and a replay judges by that.
 * Once people are asked because of it, at `next`, it stands: what became stricter since is for the verdict after that.
 */
async function verdictOn(
  callable: Callable,
  input: Admitted,
  site: CallSite,
  { at: path, next }: { readonly at: string; readonly next: string },
): Promise<Judged> {
  const { name, kind, risk, tags = [] } = callable;
  const { run, role, depth, step } = site;
  const byDefault = run.semantics.verdictByDefault(risk);
  const known = run.trail.recall('policy.decided', path);
  const isPast = run.trail.recall('gate.opened', next) !== undefined;
  const live = run.trail.live && !isPast ? run.livePolicies() : [];
  if (known?.body.rules.some(({ source }) => source === 'live') === true)
    return { found: verdictOf(known.body, [...run.policies, ...live]), record: async () => {} };
  const policies = known === undefined ? [...run.policies, ...live] : run.policies;
  const around = aroundOf(known?.body.saw, run);
  const facts = { name, kind, role: role ?? '', risk, input: input.value, depth, step, tags };
  const found = judge(policies, facts, around, byDefault, run.semantics.fuel);
  const isPlain = known === undefined && !differs(found, byDefault) && !looksAround(policies);
  const saw = looksAround(policies) ? { saw: { usage: around.usage } } : {};
  const make = async (): Promise<Draft<'policy.decided'>> => {
    const { verdict, rules, reason } = found;
    return { type: 'policy.decided', path, body: { verdict, risk, rules, reason, ...saw } };
  };
  const record = async (): Promise<void> => {
    if (!isPlain) await run.trail.once({ type: 'policy.decided', path, make });
  };
  return { found, record };
}

interface Judged {
  readonly found: Verdict;
  readonly record: () => Promise<void>;
}

/** What live Policies said is an input: taken from the record, with the rules as far as they are known. */
function verdictOf({ verdict, reason, rules }: RecordBodies['policy.decided'], policies: Policies): Verdict {
  const digests = new Set(rules.map(({ digest }) => digest));
  return {
    verdict,
    reason: reason === 'RuleDenies' || reason === 'RuleFailed' || reason === 'RuleAsks' ? reason : 'Default',
    rules,
    decidedBy: rules.find(({ action }) => action === verdict)?.name ?? null,
    asking: policies.flatMap(({ as, rule }) => (as.action === 'approve' && digests.has(as.digest) ? [rule] : [])),
  };
}

function aroundOf(saw: JsonObject | undefined, run: Run): Around {
  const seen = saw?.['usage'];
  const usage = seen === undefined || typeof seen !== 'object' || seen === null || isJsonArray(seen) ? null : seen;
  return { usage: usage ?? seenUsage(run.budget.usage().used), session: run.about };
}
