import { isJsonArray, type JsonObject } from '#crds';
import type { Draft, MatchedRule, RecordBodies } from '../journal/record.ts';
import type { Admitted } from './admit.ts';
import { seenUsage } from './amounts.ts';
import { differs, judge, labelOfLive, looksAround, type Around, type Policies, type Verdict } from './policy.ts';
import type { Callable, CallSite, Run } from './run.ts';

/**
 * The verdict on a call, to be recorded at `at` where it is not the default or where rules look at what changes by itself:
 * then what they saw is recorded with it, and a replay judges by that.
 * Once people are asked because of it, at `next`, it stands: what became stricter since is for the verdict after that.
 */
export async function verdictOn(
  callable: Callable,
  input: Admitted,
  site: CallSite,
  { at: path, next }: { readonly at: string; readonly next: string },
): Promise<VerdictOn> {
  const { name, kind, risk, tags = [] } = callable;
  const { run, role, depth, step } = site;
  const byDefault = run.semantics.verdictByDefault(risk);
  const known = run.trail.recall('policy.decided', path);
  const isPast = run.trail.recall('gate.opened', next) !== undefined;
  const live = run.trail.live && !isPast ? run.livePolicies() : [];
  const around = aroundOf(known?.body.saw, run);
  const facts = { name, kind, role: role ?? '', risk, input: input.value, depth, step, tags };
  const by = (policies: Policies): Verdict => judge(policies, facts, around, byDefault, run.semantics.fuel);
  const seen = known === undefined && !isPast ? live : null;
  const stricter = (): Verdict | null => {
    const now = run.livePolicies();
    return now === seen || now.length === 0 ? null : by([...run.policies, ...now]);
  };
  if (known?.body.rules.some(({ source }) => source === 'live') === true)
    return { found: verdictOf(known.body, [...run.policies, ...live]), record: async () => {}, stricter };
  const policies = known === undefined ? [...run.policies, ...live] : run.policies;
  const found = by(policies);
  const isPlain = known === undefined && !differs(found, byDefault) && !looksAround(policies);
  const saw = looksAround(policies) ? { saw: { usage: around.usage } } : {};
  const make = async (): Promise<Draft<'policy.decided'>> => {
    const { verdict, rules, reason } = found;
    return { type: 'policy.decided', path, body: { verdict, risk, rules, reason, ...saw } };
  };
  const record = async (): Promise<void> => {
    if (!isPlain) await run.trail.once({ type: 'policy.decided', path, make });
  };
  return { found, record, stricter };
}

interface VerdictOn {
  readonly found: Verdict;
  readonly record: () => Promise<void>;
  /** The verdict by live Policies as they are when it is called, null where they were looked at or there are none. */
  readonly stricter: () => Verdict | null;
}

/** What live Policies said is an input: taken from the record, with the rules as far as they are known. */
function verdictOf({ verdict, reason, rules }: RecordBodies['policy.decided'], policies: Policies): Verdict {
  const digests = new Set(rules.map(({ digest }) => digest));
  const decided = rules.find(({ action }) => action === verdict);
  const label = (rule: MatchedRule): string =>
    rule.name ?? policies.find(({ as }) => as.digest === rule.digest)?.label ?? labelOfLive(rule);
  return {
    verdict,
    reason: reason === 'RuleDenies' || reason === 'RuleFailed' || reason === 'RuleAsks' ? reason : 'Default',
    rules,
    decidedBy: decided === undefined ? null : label(decided),
    asking: policies.flatMap(({ as, rule }) => (as.action === 'approve' && digests.has(as.digest) ? [rule] : [])),
  };
}

function aroundOf(saw: JsonObject | undefined, run: Run): Around {
  const seen = saw?.['usage'];
  const usage = seen === undefined || typeof seen !== 'object' || seen === null || isJsonArray(seen) ? null : seen;
  return { usage: usage ?? seenUsage(run.budget.usage().used), session: run.about };
}
