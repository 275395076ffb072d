import { canonicalJson, isJsonArray, type JsonValue } from '#crds';
import type { Mismatch } from '../../call/schema.ts';
import type { Verdict } from '../../call/policy.ts';
import type { ErrorBody, Risk } from '../../journal/record.ts';
import { defaults } from './defaults.ts';

/** Everything the harness says to a model, letter by letter: it becomes part of later requests. */
export const messages = {
  unknownCallable: (name: string, names: readonly string[]): string =>
    `nothing here is called ${quoted(name)}; there is ${names.length === 0 ? 'nothing to call' : names.join(', ')}`,

  disabled: (name: string, by: string): string => `${quoted(name)} may not be called now; disabled by ${by}`,

  tooDeep: (allowed: number): string => `calls may lie at most ${allowed} deep; do this without a further call`,

  inputRefused: (mismatches: readonly Mismatch[]): string =>
    `the input does not meet its schema: ${listed(mismatches)}`,

  fileRefused: (why: string): string => `a file that the input names cannot be read: ${why}`,

  outputRefused: (mismatches: readonly Mismatch[]): string =>
    `the output does not meet its schema: ${listed(mismatches)}`,

  argumentsNotJson: (text: string): string => `the arguments are not JSON: ${quoted(text)}`,

  /** `rule` is the name of the rule that denies, or its number. */
  denied: (reason: Verdict['reason'], rule: string): string =>
    reason === 'RuleFailed'
      ? `rule ${rule} of the Policy could not be evaluated for this call, so it is denied`
      : `rule ${rule} of the Policy denies this call`,

  /** Why a call waits, for people. */
  waits: (reason: Verdict['reason'], risk: Risk, rule: string | null): string => {
    if (rule === null) return `a call of risk ${risk} needs approval, and no rule of a Policy allows it`;
    if (reason === 'RuleFailed')
      return `rule ${rule} of the Policy could not be evaluated for this call, so it needs approval`;
    return `rule ${rule} of the Policy asks for approval`;
  },

  outcomeUnknown: (name: string): string =>
    `nobody knows whether ${name} happened: look at what it was to change, then say what is to be done`,

  deniedByPeople: (note: string): string =>
    note === '' ? 'people denied this call' : `people denied this call: ${note}`,

  expired: 'nobody decided this in time',

  cancelled: (by: string, note: string): string =>
    `the Session was cancelled by ${by}${note === '' ? '' : `: ${note}`}`,

  aborted: (note: string): string => (note === '' ? 'people ended the Session' : `people ended the Session: ${note}`),

  overBudget: (limit: string): string => `this would go beyond the limit of ${limit}; finish with what there is`,

  /** What a model reads where people let a call through with another input. */
  edited: (input: JsonValue, result: string): string =>
    `People changed the input of this call to ${canonicalJson(input)}. Its result:\n${result}`,

  /** What a model reads where a call went well: text as it is, everything else as canonical JSON. */
  result: (output: JsonValue): string => (typeof output === 'string' ? output : canonicalJson(output)),

  /** What a model reads where a call failed or was denied. */
  failure: ({ reason, message }: ErrorBody): string => canonicalJson({ error: { reason, message } }),

  refusal:
    'You refused to answer. If the task itself is allowed, do it; otherwise answer with the reason why it cannot be done.',
  empty: 'Your answer was empty. Give your final answer, or call a tool.',
  cut: 'Your answer was cut off because it was too long. Answer again, shorter.',
  tooManyCalls: `You asked for too many calls at once; nothing was called. Ask for at most ${defaults.callsPerTurn} in one turn.`,
  notJson: 'Your answer is not JSON. Answer again with one JSON value that meets the schema and nothing else.',
  wrongOutput: (mismatches: readonly Mismatch[]): string =>
    `Your answer does not meet the schema: ${listed(mismatches)}. Answer again with one JSON value that does and nothing else.`,
} as const;

function listed(mismatches: readonly Mismatch[]): string {
  return mismatches.map(sentence).join('; ');
}

function sentence({ at, keyword, expected }: Mismatch): string {
  const place = at === '' ? 'the value' : at;
  switch (keyword) {
    case 'required':
      return `${place} lacks ${quoted(expected)}`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `${place} may not have ${quoted(expected)}`;
    case 'type':
      return `${place} must be of type ${isJsonArray(expected) ? expected.map(quoted).join(' or ') : quoted(expected)}`;
    case 'enum':
      return `${place} must be one of ${canonicalJson(expected)}`;
    default:
      return `${place} must meet ${keyword}${expected === null ? '' : ` ${canonicalJson(expected)}`}`;
  }
}

function quoted(value: JsonValue): string {
  const text = canonicalJson(value);
  return text.length <= defaults.excerpt ? text : `${text.slice(0, defaults.excerpt).toWellFormed()}…`;
}
