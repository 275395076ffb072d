import { didYouMean, suggest } from '../validate/suggest.ts';
import type { Variable } from '../cel/variables.ts';
import type { Complaint } from './report.ts';
import { memberOf, membersOf, OpenMembers, Texts, type Members, type Shape } from './shapes.ts';

/** The names that are known where a Policy applies; those of other Flows may come to it. */
export interface PolicyNames {
  readonly flows: readonly string[];
  readonly roles: readonly string[];
  /** Roles and tools. */
  readonly called: readonly string[];
  readonly steps: readonly string[];
}

/** What `match` of a Policy rule sees. */
export function policyScope({ flows, roles, called, steps }: PolicyNames): Members {
  const known = (texts: readonly string[]): Texts => new Texts([...new Set(texts)].toSorted(), { all: false });
  return {
    call: {
      name: known(called),
      kind: new Texts(['role', 'tool']),
      role: known(roles),
      risk: new Texts(['read', 'write', 'network', 'destructive']),
      input: 'any',
      depth: 'a number',
      step: known(steps),
      tags: 'a list',
    },
    usage: { calls: 'a number', tokens: 'a number', cost: 'a number' },
    session: { name: 'a text', flow: known(flows), requester: 'a text' },
  };
}

/**
 * What a reply of a scripted Venue sees, `when`, `text` and `arguments` alike. `role` and `model` are names, `task` is a
 * text, `input` what the role was given, `turn` counts from 1, `tools` are names as users write them, `results` are
 * `{name, output, error}` of the calls so far in this conversation, `messages` are `{role, content}`.
 */
export const replyScope: Members = {
  request: {
    role: 'a text',
    model: 'a text',
    task: 'a text',
    input: 'any',
    turn: 'a number',
    tools: 'a list',
    results: 'a list',
    messages: 'a list',
  },
};

/** What the steps of one list see: the inputs, steps that have ended, and what blocks and loops add. */
export interface StepView {
  readonly inputs: Shape;
  /** By id, of this list and of those around it. */
  readonly steps: ReadonlyMap<string, Shape>;
  /** `item` and `index` in the block of a forEach, `iteration` and `previous` of a step with until. */
  readonly values: Members;
}

/** What the expressions of a step see. */
export function stepScope({ inputs, steps, values }: StepView): Members {
  return { ...values, inputs, steps: Object.fromEntries(steps) };
}

/** How a step ended that others see: one that fails ends the Session. */
export const seenStatus = new Texts(['succeeded', 'skipped']);

/** What a later step sees of one with such an output; the branches of a parallel also at the step itself. */
export function endedShape(output: Shape): Members {
  const branches = memberOf(output, 'branches');
  return { output, status: seenStatus, ...(branches === undefined ? {} : { branches }) };
}

/** What all of these views offer: a block sees no more than every step that executes it. */
export function commonView(views: readonly StepView[]): StepView | undefined {
  return views.reduce<StepView | undefined>((common, view) => {
    if (common === undefined) return view;
    const inputs = sameShape(common.inputs, view.inputs);
    const steps = new Map(
      [...common.steps].flatMap(([id, shape]): [string, Shape][] => {
        const other = view.steps.get(id);
        return other === undefined ? [] : [[id, sameShape(shape, other)]];
      }),
    );
    const values = Object.entries(common.values).filter(([name]) => Object.hasOwn(view.values, name));
    return { inputs, steps, values: Object.fromEntries(values) };
  }, undefined);
}

/** Shapes of one step are one object; of others nothing is known. */
function sameShape(left: Shape, right: Shape): Shape {
  return left === right ? left : 'any';
}

/** What a role without an output schema returns. */
export const reportShape: Members = { summary: 'a text', artifacts: 'a list' };

/** What is wrong with the use of a variable, if anything, and whether that is certain. */
export function misuse(variable: Variable, scope: Members): Misuse | undefined {
  let shape: Shape = scope;
  let path = '';
  for (const member of [variable.name, ...variable.members]) {
    const members = membersOf(shape);
    if (members === undefined) return undefined;
    const next: Shape | undefined = memberOf(shape, member);
    if (next === undefined) return missing(path, member, shape, Object.keys(members));
    path = path === '' ? member : `${path}.${member}`;
    shape = next;
  }
  return path === 'steps' ? { complaint: computed(Object.keys(membersOf(shape) ?? {})), certain: true } : undefined;
}

interface Misuse {
  readonly complaint: Complaint;
  readonly certain: boolean;
}

/** Where there may be other members than are known, a name is suspicious only beside one that is nearly the same. */
function missing(path: string, member: string, shape: Shape, known: readonly string[]): Misuse | undefined {
  const certain = !(shape instanceof OpenMembers);
  if (!certain && suggest(member, known) === undefined) return undefined;
  return { complaint: unknown(path, member, known), certain };
}

function unknown(path: string, member: string, known: readonly string[]): Complaint {
  const what = path === '' ? 'variable' : path === 'steps' ? 'step before this one' : `field of ${path}`;
  return {
    reason: 'UnknownVariable',
    message: `there is no ${what} ${JSON.stringify(member)}`,
    expected: known.length === 0 ? `nothing: there is no ${what}` : `one of ${listed(known)}`,
    found: JSON.stringify(member),
    remedy: remedyFor(path, member, known),
  };
}

/** What exists only in some places, and where. */
const elsewhere: Readonly<Record<string, string>> = {
  usage: 'All that runs shares it, so no step may read it: rules of a Policy may.',
  item: 'It is there only in the steps of a block that forEach executes.',
  index: 'It is there only in the steps of a block that forEach executes.',
  iteration: 'It is there only in a step with until, but not in its when.',
  previous: 'It is there only in a step with until, but not in its when.',
  output: 'It is there only in until.condition; the output of another step is steps.ID.output.',
};

function remedyFor(path: string, member: string, known: readonly string[]): string {
  const where =
    path === '' && known.includes('steps') && Object.hasOwn(elsewhere, member) ? elsewhere[member] : undefined;
  if (where !== undefined) return where;
  const more = path === 'steps' ? ofSteps(known) : '';
  return `${didYouMean(member, known)}${more}`.trim() || 'Name one that is there.';
}

function computed(known: readonly string[]): Complaint {
  return {
    reason: 'UnknownVariable',
    message: 'a step must be named, so that it can be checked',
    expected: known.length === 0 ? 'no step: none runs before this one' : `steps.ID with one of ${listed(known)}`,
    found: 'all of steps, or a name that is computed',
    remedy: `Write steps.ID.output. ${dashes(known)}`.trim(),
  };
}

/** A step that is there all the same comes too late. */
function ofSteps(known: readonly string[]): string {
  return `A step sees only those before it, of its own list and of those around it: name one of them, or move this step behind. What the steps of a block came to is steps.ID.branches.NAME.output, or a list for forEach. ${dashes(known)}`;
}

function dashes(known: readonly string[]): string {
  const dashed = known.find((id) => id.includes('-'));
  return dashed === undefined ? '' : `An id with a dash is written steps['${dashed}'].`;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`;
}
