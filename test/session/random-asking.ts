import fc from 'fast-check';
import type { Bundle, BundleConductor, BundleConductorRule, BundleRule, BundleStep, BundleTool } from '#crds';
import { digestOf } from '#crds';
import type { Adjust } from '../../runtime/inbox/inbox.ts';
import { randomScore } from './random-score.ts';

/** Longer than everything else in a test takes by the clock of the Session. */
export const expirySeconds = 30 * 24 * 3600;

const expiring = { expiresAfterSeconds: expirySeconds } as const;

/** Steps that people are asked about, and one that is never in time. */
const askingStep: fc.Arbitrary<Partial<BundleStep>> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom({}, { approvers: { quorum: 2 } }, expiring, { ...expiring, onExpiry: 'abort' } as const)
      .map((how): Partial<BundleStep> => ({ approval: { message: 'Go on with ${{ inputs.topic }}?', ...how } })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('one', 'two')
      .map((about): Partial<BundleStep> => ({ tool: 'desk.ask', input: { about } })),
  },
  { weight: 1, arbitrary: fc.constant<Partial<BundleStep>>({ role: 'late', task: 'Think.', timeoutSeconds: 5 }) },
);

/** Asks people in the middle of its work. */
const asker: BundleTool = {
  name: 'desk.ask',
  source: { type: 'module', tree: digestOf('desk'), entry: 'desk.js', tool: 'ask' },
  risk: 'read',
  reentrant: true,
  inputSchema: { type: 'object', properties: { about: { type: 'string' } }, required: ['about'] },
};

const rules: fc.Arbitrary<readonly BundleRule[]> = fc
  .subarray<BundleRule>([
    { match: 'call.name == "files.write"', action: 'approve' },
    { match: 'call.name == "files.write" && call.input.path == "a.md"', action: 'approve', approvers: { quorum: 2 } },
    { match: 'call.name == "net.read"', action: 'approve', ...expiring },
    { match: 'call.name == "net.read" && call.role == "beta"', action: 'approve', ...expiring, onExpiry: 'allow' },
    { match: 'call.name == "files.read"', action: 'approve', approvers: { notRequester: true } },
    { match: 'call.name == "files.list" && call.depth > 2', action: 'approve', ...expiring, onExpiry: 'abort' },
    { match: 'call.kind == "role" && call.role == "alpha"', action: 'approve' },
    { match: 'call.input.path == "secret.md"', action: 'deny' },
  ])
  .map((some) => some.map((rule, index) => ({ name: `p${index}`, ...rule })));

const stepId = fc.integer({ min: 1, max: 8 }).map((number) => `s${number}`);
const role = fc.constantFrom('alpha', 'beta', 'gamma');

/** What rules and people do to steps, roles and tools. */
const adjustment = fc.oneof(
  stepId.map((step) => ({ op: 'skip', step }) as const),
  stepId.map((step) => ({ op: 'retry', step }) as const),
  stepId.map((step) => ({ op: 'pause', step }) as const),
  fc.tuple(role, fc.constantFrom('Be brief.', 'Be kind.')).map(([name, prompt]) => {
    return { op: 'patch', role: name, patch: { prompt } } as const;
  }),
  stepId.map((step) => ({ op: 'patch', step, patch: { task: 'Do it otherwise.' } }) as const),
  fc.tuple(fc.constantFrom('enable', 'disable'), stepId).map(([op, step]) => ({ op, step }) as const),
  role.map((name) => ({ op: 'disable', role: name }) as const),
  fc.constantFrom('enable', 'disable').map((op) => ({ op, tool: 'files.list' }) as const),
);

const when = fc.constantFrom(
  'true',
  'step.id == "s2"',
  'step.iteration == 2',
  'step.role == "alpha"',
  'step.id == "s4"',
  'usage.calls >= 2',
  'attempt > 1',
);

const conductor: fc.Arbitrary<BundleConductor> = fc.record({
  mode: fc.constantFrom('auto', 'auto', 'suggest'),
  rules: fc
    .array(fc.record({ phase: fc.constantFrom('before', 'after'), when, adjust: adjustment }), { maxLength: 2 })
    .map((all) => all.map((rule, index): BundleConductorRule => ({ name: `r${index}`, ...rule }))),
  heuristics: fc.constantFrom({}, {}, { stagnation: 1 }, { identicalCalls: 2 }),
});

/** A Session with people in it: what it is made of, and what they want before it begins. */
export interface Asking {
  readonly bundle: Bundle;
  readonly wishes: readonly Adjust[];
}

/**
 * Random Scores in which Policies, steps and tools ask people, some gates expire, some steps are out of time, and rules
 * and people adjust what is to come.
 */
export function randomAsking(failFast = false): fc.Arbitrary<Asking> {
  return fc.record({
    bundle: fc
      .tuple(randomScore(failFast, askingStep), rules, conductor, fc.constantFrom({}, { calls: 100_000 }))
      .map(([bundle, policyRules, govern, limits]): Bundle => {
        const { roles, tools = [], venue } = bundle;
        const late = { when: 'request.role == "late"', text: 'Too late.', delaySeconds: 100 };
        return {
          ...bundle,
          roles: [...roles, { name: 'late', prompt: 'You are late.' }],
          tools: [asker, ...tools],
          policyRules,
          limits,
          conductor: govern,
          venue: { ...venue, replies: [late, ...(venue.replies ?? [])] },
        };
      }),
    wishes: fc.array(adjustment, { maxLength: 3 }),
  });
}
