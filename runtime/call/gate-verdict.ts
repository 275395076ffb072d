import {
  canonicalJson,
  parseInstant,
  type BundleRule,
  type IdentityLevel,
  type JsonObject,
  type JsonValue,
} from '#crds';
import type { Decision } from '../inbox/inbox.ts';
import type { Demand, GateVerdict, Identity, JournalRecord } from '../journal/record.ts';

/** A gate as it was opened. */
export type Gate = JournalRecord<'gate.opened'>;

/** A decision that was received and not refused, in the order of the journal. */
export interface Heard {
  readonly decision: Decision;
  readonly from: Identity;
}

/** How a gate ends, and what that follows from. */
export interface Conclusion {
  readonly verdict: GateVerdict;
  readonly decisions: readonly string[];
  readonly by: readonly Identity[];
  readonly note: string;
  /** Of `edited` the input instead, of `supplied` the outcome. */
  readonly value: JsonValue | null;
}

/** From nothing at all upwards. */
const levels: readonly IdentityLevel[] = ['none', 'os-uid', 'token', 'forge', 'signature', 'apiserver'];

/**
 * How a gate ends by what was said so far, null while it waits. The first person who may decide and is against ends it;
 * everything else takes as many different people as each demand asks for, by the last that each of them said. Once it has
 * expired, nothing else counts.
 */
export function conclude(
  gate: Gate,
  heard: readonly Heard[],
  requester: string | null,
  now: number,
): Conclusion | null {
  const { expiresAt, onExpiry, approvers } = gate.body;
  if (expiresAt !== null && now >= parseInstant(expiresAt)) {
    return { verdict: onExpiry === 'allow' ? 'approved' : 'expired', decisions: [], by: [], note: '', value: null };
  }
  const entitled = heard.filter(({ from }) => approvers.some((demand) => meets(from, demand, requester)));
  const against = entitled.find(({ decision }) => decision.verdict === 'deny' || decision.verdict === 'abort');
  if (against !== undefined) return concluded([against]);
  const agreeing = agreeingIn(entitled).find((group) => {
    return approvers.every((demand) => {
      const people = group.filter(({ from }) => meets(from, demand, requester)).map(({ from }) => from.name);
      return new Set(people).size >= demand.quorum;
    });
  });
  return agreeing === undefined ? null : concluded(agreeing);
}

/**
 * People agree where they say the same: the verdict, and the input or outcome that they give with it. Who thinks otherwise
 * by now has withdrawn what they said before.
 */
export function agreeingIn(heard: readonly Heard[]): readonly (readonly Heard[])[] {
  const last = new Map(heard.map((one) => [one.from.name, one]));
  const groups = new Map<string, Heard[]>();
  for (const one of heard) {
    if (last.get(one.from.name) !== one) continue;
    const said = saidIn(one.decision);
    groups.set(said, [...(groups.get(said) ?? []), one]);
  }
  return [...groups.values()];
}

/** What two decisions have in common that say the same. */
export function saidIn({ verdict, input, outcome }: Decision): string {
  return canonicalJson([verdict, input === undefined ? [] : [input], outcomeJson(outcome)]);
}

/** Whether somebody is among those whom a demand asks. */
export function meets({ name, groups, verifiedBy }: Identity, demand: Demand, requester: string | null): boolean {
  if (levels.indexOf(verifiedBy) < levels.indexOf(demand.minIdentity)) return false;
  if (demand.notRequester && (requester === null || name === requester)) return false;
  if (demand.users.length === 0 && demand.groups.length === 0) return true;
  return demand.users.includes(name) || groups.some((group) => demand.groups.includes(group));
}

/** What the rules that ask demand; without any rule one person, whoever it is. */
export function demandsOf(asking: readonly Pick<BundleRule, 'approvers'>[]): readonly Demand[] {
  const demands = asking.map(({ approvers = {} }): Demand => {
    const { users = [], groups = [], notRequester = false, quorum = 1, minIdentity = 'none' } = approvers;
    return { users, groups, notRequester, quorum, minIdentity };
  });
  return demands.length > 0 ? demands : [anybody];
}

const anybody: Demand = { users: [], groups: [], notRequester: false, quorum: 1, minIdentity: 'none' };

/** The shortest wait of the rules that ask, and the strictest of what follows it. */
export function expiryOf(asking: readonly Pick<BundleRule, 'expiresAfterSeconds' | 'onExpiry'>[]): {
  readonly seconds: number | null;
  readonly onExpiry: 'deny' | 'allow' | 'abort';
} {
  const timed = asking.filter(({ expiresAfterSeconds }) => expiresAfterSeconds !== undefined);
  const seconds = timed.map(({ expiresAfterSeconds = 0 }) => expiresAfterSeconds);
  const follows = timed.map(({ onExpiry = 'deny' }) => onExpiry);
  return {
    seconds: seconds.length === 0 ? null : Math.min(...seconds),
    onExpiry: (['abort', 'deny', 'allow'] as const).find((one) => follows.includes(one)) ?? 'deny',
  };
}

function concluded(heard: readonly Heard[]): Conclusion {
  const about = {
    decisions: heard.map(({ decision }) => decision.id),
    by: heard.map(({ from }) => from),
    note: heard.flatMap(({ decision }) => (decision.note === '' ? [] : [decision.note])).join('; '),
  };
  const { verdict = 'deny', input, outcome } = heard[0]?.decision ?? {};
  switch (verdict) {
    case 'approve':
      return { ...about, verdict: input === undefined ? 'approved' : 'edited', value: input ?? null };
    case 'deny':
      return { ...about, verdict: 'denied', value: null };
    case 'retry':
      return { ...about, verdict: 'retry', value: null };
    case 'abort':
      return { ...about, verdict: 'aborted', value: null };
    case 'supply':
      return { ...about, verdict: 'supplied', value: outcomeJson(outcome) };
  }
}

function outcomeJson(outcome: Decision['outcome']): JsonObject | null {
  if (outcome === undefined) return null;
  if ('output' in outcome) return { output: outcome.output };
  const { reason, message } = outcome.error;
  return { error: { reason, message } };
}
