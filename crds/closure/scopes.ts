import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { didYouMean } from '../validate/suggest.ts';
import type { Variable } from '../cel/variables.ts';
import type { Complaint } from './report.ts';

/** What is known of a value that an expression may use: nothing, or exactly these members. */
export type Shape = 'any' | Members;
export interface Members {
  readonly [member: string]: Shape;
}

/** What `match` of a Policy rule sees. */
export const policyScope: Members = {
  call: { name: 'any', kind: 'any', role: 'any', risk: 'any', input: 'any', depth: 'any', step: 'any' },
};

/**
 * What a reply of a scripted Venue sees, `when`, `text` and `arguments` alike. `role` and `model` are names, `task` is a
 * text, `input` what the role was given, `turn` counts from 1, `tools` are names as users write them, `results` are
 * `{name, output, error}` of the calls so far in this conversation, `messages` are `{role, content}`.
 */
export const replyScope: Members = {
  request: {
    role: 'any',
    model: 'any',
    task: 'any',
    input: 'any',
    turn: 'any',
    tools: 'any',
    results: 'any',
    messages: 'any',
  },
};

/** What `task` and `input` of a step see: the inputs, and the steps before it. */
export function stepScope(inputs: Shape, earlier: ReadonlyMap<string, Shape>): Members {
  const steps = [...earlier].map(([id, output]): [string, Shape] => [id, { output, status: 'any' }]);
  return { inputs, steps: Object.fromEntries(steps) };
}

/** What a role without an output schema returns. */
export const reportShape: Members = { summary: 'any', artifacts: 'any' };

/** Keywords that may bring properties which `properties` does not name. */
const openers = ['allOf', 'anyOf', 'oneOf', 'if', '$ref', '$dynamicRef', 'patternProperties', 'dependentSchemas'];

/** The members of values that meet a schema, where the schema names all of them. */
export function shapeOfSchema(schema: JsonValue | undefined): Shape {
  if (!isJsonObject(schema) || schema['type'] !== 'object' || schema['additionalProperties'] !== false) return 'any';
  const properties = schema['properties'];
  if (!isJsonObject(properties) || openers.some((keyword) => Object.hasOwn(schema, keyword))) return 'any';
  return membersOf(properties);
}

function membersOf(properties: JsonObject): Members {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, shapeOfSchema(schema)]));
}

/** What is wrong with the use of a variable, if anything. */
export function misuse(variable: Variable, scope: Members): Complaint | undefined {
  let shape: Shape = scope;
  let path = '';
  for (const member of [variable.name, ...variable.members]) {
    if (shape === 'any') return undefined;
    const known = Object.keys(shape);
    const next: Shape | undefined = Object.hasOwn(shape, member) ? shape[member] : undefined;
    if (next === undefined) return unknown(path, member, known);
    path = path === '' ? member : `${path}.${member}`;
    shape = next;
  }
  return path === 'steps' ? computed(Object.keys(shape === 'any' ? {} : shape)) : undefined;
}

function unknown(path: string, member: string, known: readonly string[]): Complaint {
  const what = path === '' ? 'variable' : path === 'steps' ? 'step before this one' : `field of ${path}`;
  return {
    reason: 'UnknownVariable',
    message: `there is no ${what} ${JSON.stringify(member)}`,
    expected: known.length === 0 ? `nothing: there is no ${what}` : `one of ${listed(known)}`,
    found: JSON.stringify(member),
    remedy: `${didYouMean(member, known)}${path === 'steps' ? ofSteps(known) : ''}`.trim() || 'Name one that is there.',
  };
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
  return `A step sees only those before it: name one of them, or move this step behind. ${dashes(known)}`;
}

function dashes(known: readonly string[]): string {
  const dashed = known.find((id) => id.includes('-'));
  return dashed === undefined ? '' : `An id with a dash is written steps['${dashed}'].`;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`;
}
