import { counted, formatInstant, parseInstant, type Digest } from '#crds';
import type { Decision } from '../inbox/inbox.ts';
import type { Refusal } from '../inbox/refusal.ts';
import type { Demand, GateVerdict, Identity } from '../journal/record.ts';
import { meets, saidIn, type Gate, type Heard } from './gate-verdict.ts';

/** A gate as it stands when somebody decides it. */
export interface GateStanding {
  readonly opened: Gate;
  /** What a decision has to name. */
  readonly digest: Digest;
  /** Null while it waits. */
  readonly decided: GateVerdict | null;
  /** What counts so far. */
  readonly heard: readonly Heard[];
}

/** Who had the Session run, null where nobody knows, and what time it is. */
export interface Circumstances {
  readonly requester: string | null;
  readonly now: number;
}

/** Why a decision decides nothing, null where it may. */
export function gateRefusal(
  decision: Decision,
  from: Identity,
  gate: GateStanding | undefined,
  { requester, now }: Circumstances,
): Refusal | null {
  const { gate: name, verdict } = decision;
  if (gate === undefined)
    return refusal(`there is no gate ${name}`, 'a gate that waits', name, '`orket tree SESSION` shows its gates.');
  const { opened, digest, decided } = gate;
  const { kind, expiresAt, approvers } = opened.body;
  if (decided !== null)
    return refusal(`gate ${name} is decided already`, 'a gate that waits', decided, 'What was decided stands.');
  if (decision.gateDigest !== digest)
    return refusal(
      `the decision is about another call than waits at ${name}`,
      digest,
      decision.gateDigest,
      'Look at the call as it is now, and decide that.',
    );
  if (expiresAt !== null && now >= parseInstant(expiresAt))
    return refusal(
      `gate ${name} has expired`,
      `a decision before ${expiresAt}`,
      formatInstant(now),
      'What follows happens once the Session goes on: orket resume SESSION.',
    );
  const [words, answers] = kind === 'unknown' ? unknown : known;
  if (!answers.includes(verdict))
    return refusal(`that is no answer to what gate ${name} asks`, words, verdict, 'Say one of those.');
  if (decision.input !== undefined && kind !== 'policy')
    return refusal(
      `gate ${name} has no input to be changed`,
      'approve or deny',
      'an input',
      'Leave the input out: nothing is called with it.',
    );
  if (!approvers.some((demand) => meets(from, demand, requester))) return notEntitled(name, from, approvers, requester);
  return repeated(decision, from, gate);
}

type Answers = readonly [string, readonly Decision['verdict'][]];
const unknown: Answers = ['retry, supply or abort', ['retry', 'supply', 'abort']];
const known: Answers = ['approve or deny', ['approve', 'deny']];

/** Everybody whom the rules ask; each of several demands has to be met. */
export function whoMay(demands: readonly Demand[]): string {
  return demands
    .map(({ users, groups, notRequester, quorum, minIdentity }) => {
      const people = [...users, ...groups.map((group) => `group ${group}`)].join(', ');
      return [
        people === '' ? 'anybody' : people,
        ...(quorum > 1 ? [`${quorum} people`] : []),
        ...(notRequester ? ['not who asked for the Session'] : []),
        ...(minIdentity === 'none' ? [] : [`verified by ${minIdentity} or better`]),
      ].join(', ');
    })
    .join('; and ');
}

function notEntitled(
  gate: string,
  { name, groups, verifiedBy }: Identity,
  demands: readonly Demand[],
  requester: string | null,
): Refusal {
  const isOwn = requester === name && demands.some(({ notRequester }) => notRequester);
  const who = groups.length === 0 ? name : `${name}, of ${groups.join(', ')}`;
  return refusal(
    isOwn
      ? `${name} asked for the Session and may not decide gate ${gate}`
      : `${name} is not among those who may decide gate ${gate}`,
    whoMay(demands),
    `${who}, verified by ${verifiedBy}`,
    'Ask one of them to decide it.',
  );
}

/** People count once; who thinks otherwise by now may say so. */
function repeated(decision: Decision, { name }: Identity, { opened, heard }: GateStanding): Refusal | null {
  const last = heard.findLast(({ from }) => from.name === name);
  if (last === undefined || saidIn(last.decision) !== saidIn(decision)) return null;
  const most = Math.max(...opened.body.approvers.map(({ quorum }) => quorum));
  return refusal(
    `${name} has said so before at gate ${decision.gate}`,
    counted(most, 'different person', 'different people'),
    `${name} once more`,
    'Ask another of those who may decide.',
  );
}

function refusal(what: string, expected: string, found: string, remedy: string): Refusal {
  return { what, expected, found, remedy };
}
