import { describe, expect, it } from 'vitest';
import type { Decision } from '../inbox/inbox.ts';
import type { Refusal } from '../inbox/refusal.ts';
import type { Demand, GateKind, Identity } from '../journal/record.ts';
import { gateRefusal, type GateStanding } from './gate-refusal.ts';

const digest = `sha256:${'a'.repeat(64)}` as const;
const anybody: Demand = { users: [], groups: [], notRequester: false, quorum: 1, minIdentity: 'none' };
const ada: Identity = { name: 'ada', groups: ['staff'], verifiedBy: 'os-uid' };

function standing(
  body: { kind?: GateKind; approvers?: readonly Demand[]; expiresAt?: string | null } = {},
): GateStanding {
  const opened = { seq: 12, body: { kind: 'policy', approvers: [anybody], expiresAt: null, ...body } } as never;
  return { opened, digest, decided: null, heard: [] };
}

function said(parts: Partial<Decision> = {}): Decision {
  return {
    kind: 'decision',
    id: 'd',
    from: ada,
    gate: 'g12',
    gateDigest: digest,
    verdict: 'approve',
    note: '',
    ...parts,
  };
}

const gate = standing();
const demanding = (demand: Partial<Demand>): GateStanding => standing({ approvers: [{ ...anybody, ...demand }] });
const yes = { decision: said(), from: ada };

describe('a decision', () => {
  it.each<[string, Decision, GateStanding | undefined, Partial<Refusal>]>([
    ['there is no such gate', said(), undefined, { what: 'there is no gate g12' }],
    ['the gate is decided', said(), { ...gate, decided: 'denied' }, { found: 'denied' }],
    ['it is about another call', said({ gateDigest: `sha256:${'b'.repeat(64)}` }), gate, { expected: digest }],
    [
      'the gate has expired',
      said(),
      standing({ expiresAt: '2023-11-14T22:13:20.000Z' }),
      { expected: 'a decision before 2023-11-14T22:13:20.000Z' },
    ],
    ['it answers another question', said({ verdict: 'retry' }), gate, { expected: 'approve or deny', found: 'retry' }],
    ['it answers another question', said(), standing({ kind: 'unknown' }), { expected: 'retry, supply or abort' }],
    ['nothing is called', said({ input: {} }), standing({ kind: 'step' }), { found: 'an input' }],
    [
      'others are asked',
      said(),
      demanding({ users: ['bob'], groups: ['leads'], quorum: 2 }),
      { expected: 'bob, group leads, 2 people', found: 'ada, of staff, verified by os-uid' },
    ],
    [
      'who asks is not who may decide',
      said(),
      demanding({ notRequester: true }),
      { what: 'ada asked for the Session and may not decide gate g12' },
    ],
    [
      'more has to be known of who decides',
      said(),
      demanding({ minIdentity: 'signature' }),
      { expected: 'anybody, verified by signature or better' },
    ],
    [
      'the same person said so before',
      said(),
      { ...demanding({ quorum: 2 }), heard: [yes] },
      { expected: '2 different people', found: 'ada once more' },
    ],
  ])('is refused where %s', (_why, decision, where, refusal) => {
    expect(gateRefusal(decision, ada, where, { requester: 'ada', now: 1_700_000_000_000 })).toMatchObject(refusal);
  });

  it.each<[string, Decision, GateStanding]>([
    ['anybody may decide', said(), gate],
    [
      'the same person thinks otherwise by now',
      said({ verdict: 'deny' }),
      { ...demanding({ quorum: 2 }), heard: [yes] },
    ],
    ['the same person gives another input', said({ input: { a: 1 } }), { ...demanding({ quorum: 2 }), heard: [yes] }],
    ['it comes in time', said(), standing({ expiresAt: '2030-01-01T00:00:00.000Z' })],
    [
      'one of several demands is met',
      said(),
      standing({
        approvers: [
          { ...anybody, users: ['bob'] },
          { ...anybody, users: ['ada'] },
        ],
      }),
    ],
  ])('counts where %s', (_why, decision, where) => {
    expect(gateRefusal(decision, ada, where, { requester: 'eve', now: 1_700_000_000_000 })).toBeNull();
  });
});
