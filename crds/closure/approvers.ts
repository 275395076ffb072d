import type { Approvers, IdentityLevel, Resource } from '../generated/resources.ts';
import { shown } from '../validate/finding.ts';
import type { Report } from './report.ts';

/** Levels that something can vouch for today: the account of the machine, or a name that somebody gave. */
const verified: readonly IdentityLevel[] = ['none', 'os-uid'];

/** Nobody could ever decide at a gate that asks for more than can be known of anybody. */
export function checkApprovers(
  resource: Resource,
  path: string,
  approvers: Approvers | undefined,
  report: Report,
): void {
  const level = approvers?.minIdentity;
  if (level === undefined || verified.includes(level)) return;
  report.add(resource, `${path}.minIdentity`, {
    reason: 'UnverifiedIdentity',
    message: `nothing can verify people by ${level} yet: nobody could decide`,
    expected: `one of ${verified.join(', ')}`,
    found: shown(level),
    remedy: 'Write os-uid: the account of the machine decides.',
  });
}
