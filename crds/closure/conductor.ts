import type { Adjustment, Flow, Score } from '../generated/resources.ts';
import { didYouMean } from '../validate/suggest.ts';
import { checkRole, checkTool, toolNames } from './callables.ts';
import { checkTemplate, checkTemplates, checkTyped } from './expressions.ts';
import { checkFreeForm } from './free-form.ts';
import type { Closure } from './references.ts';
import type { Report } from './report.ts';
import { catalogue } from '../errors.ts';
import { Texts, type Members } from './shapes.ts';
import { stepsOf } from './steps.ts';

/** What a rule sees at any step: which of these are there depends on the step, so none of them has known members. */
const ofSteps: Members = {
  inputs: 'any',
  steps: 'any',
  item: 'any',
  index: 'a number',
  iteration: 'a number',
  previous: 'any',
};

/** What `when` of a rule of the Conductor sees before a step. A step calls no role, or no tool, where that is empty. */
function scopeBefore({ roles, tools, steps }: Known): Members {
  return {
    ...ofSteps,
    step: {
      id: new Texts(steps),
      role: new Texts([...roles, '']),
      tool: new Texts([...tools, '']),
      path: 'a text',
      iteration: 'a number',
    },
    usage: { calls: 'a number', tokens: 'a number', cost: 'a number' },
  };
}

/** The same once an attempt at it has ended. */
function scopeAfter(known: Known): Members {
  return {
    ...scopeBefore(known),
    attempt: 'a number',
    status: new Texts(['succeeded', 'failed']),
    output: 'any',
    error: { reason: new Texts(Object.keys(catalogue), { all: false }), message: 'a text' },
    used: { calls: 'a number', tokens: 'a number', cost: 'a number' },
    signals: {
      schemaFailures: 'a number',
      identicalCalls: 'a number',
      stagnation: 'a number',
      tokenFactor: 'a number',
    },
  };
}

/** Checks what the rules of a Flow's Conductor look at, and that what they are about is there. */
export function checkConductor({ flow, band, score, scores, toolsets }: Closure, report: Report): void {
  const known: Known = {
    roles: band.spec.roles.map(({ name }) => name),
    tools: toolNames(toolsets),
    steps: [score, ...scores].flatMap(idsOf),
  };
  for (const [index, { phase, when, adjust }] of (flow.spec.conductor.rules ?? []).entries()) {
    const at = `spec.conductor.rules[${index}]`;
    const scope = phase === 'before' ? scopeBefore(known) : scopeAfter(known);
    checkTyped(flow, `${at}.when`, when, 'a boolean', scope, report);
    checkAdjustment(flow, `${at}.adjust`, adjust, known, report);
  }
}

interface Known {
  readonly roles: readonly string[];
  readonly tools: readonly string[];
  readonly steps: readonly string[];
}

function idsOf(score: Score): readonly string[] {
  return stepsOf(score).map(({ step }) => step.id);
}

function checkAdjustment(
  flow: Flow,
  at: string,
  { step, role, tool, patch }: Adjustment,
  known: Known,
  report: Report,
): void {
  if (step !== undefined) checkStep(flow, `${at}.step`, step, known.steps, report);
  if (role !== undefined) checkRole(flow, `${at}.role`, role, known.roles, report);
  if (tool !== undefined) checkTool(flow, `${at}.tool`, tool, known.tools, report);
  if (patch?.task !== undefined) checkTemplate(flow, `${at}.patch.task`, patch.task, ofSteps, report);
  const input = patch?.input;
  if (input === undefined || !checkFreeForm(flow, `${at}.patch.input`, input, 'value', report)) return;
  checkTemplates(flow, `${at}.patch.input`, input, ofSteps, report);
}

/** By its id, or one execution of it by its path. */
function checkStep(flow: Flow, at: string, named: string, ids: readonly string[], report: Report): void {
  const last = named.slice(named.lastIndexOf('/') + 1);
  const id = last.includes('#') ? last.slice(0, last.indexOf('#')) : named;
  if (ids.includes(id)) return;
  report.add(flow, at, {
    reason: 'UnknownStep',
    message: `there is no step ${JSON.stringify(id)}`,
    expected: `one of ${ids.toSorted().slice(0, 12).join(', ')}`,
    found: JSON.stringify(named),
    remedy: `${didYouMean(id, ids)}Write the id of a step of the Score, of a block or of a Score that it calls.`,
  });
}
