import { OrketError, type JsonValue } from '#crds';
import type { Draft } from '../journal/record.ts';
import { differs, judge } from './policy.ts';
import type { Callable, CallSite } from './run.ts';

/**
 * Classifies a call by its risk and has the Policies decide it; a verdict that is not the default is recorded at `path`,
 * that of the attempt. Throws `CallDenied` or `NeedsApproval`.
 */
export async function checkPolicy(
  callable: Callable,
  input: JsonValue,
  site: Omit<CallSite, 'path'>,
  path: string,
): Promise<void> {
  const { name, kind, risk } = callable;
  const { run, role, depth, step } = site;
  const byDefault = run.semantics.verdictByDefault(risk);
  const found = judge(run.policies, { name, kind, role: role ?? '', risk, input, depth, step }, byDefault);
  if (differs(found, byDefault)) {
    const { verdict, rules, reason } = found;
    const make = async (): Promise<Draft<'policy.decided'>> => {
      return { type: 'policy.decided', path, body: { verdict, risk, rules, reason } };
    };
    await run.trail.once({ type: 'policy.decided', path, make });
  }
  if (found.verdict === 'allow') return;
  const reason = found.reason === 'NeedsApproval' ? 'NeedsApproval' : 'CallDenied';
  throw new OrketError(reason, run.semantics.messages.denied(found.reason, risk, found.deniedBy ?? ''));
}
