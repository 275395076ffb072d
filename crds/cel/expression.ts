import type { JsonObject, JsonValue } from '../canonical/json.ts';
import { OrketError } from '../errors.ts';
import { Evaluation } from './evaluate.ts';
import { isFault } from './fault.ts';
import type { Fuel } from './fuel.ts';
import { parse, placeIn } from './parse.ts';
import type { Node } from './syntax.ts';
import { toJson } from './value.ts';
import { variablesOf, type Variable } from './variables.ts';

/** A CEL expression that was parsed and checked. */
export interface Expression {
  readonly source: string;
  readonly variables: readonly Variable[];
  readonly syntax: Node;
}

/** Parses and checks an expression. Throws `InvalidExpression` with the place in the text. */
export function compileExpression(source: string): Expression {
  const syntax = parse(source);
  return { source, syntax, variables: variablesOf(syntax) };
}

/**
 * Evaluates an expression over JSON, to JSON. Whole numbers of the scope are 64-bit ints, other numbers doubles, and an
 * int meets a double as a double. Throws `FuelExhausted`, or `EvaluationFailed` with the place in the text.
 */
export function evaluate(expression: Expression, scope: JsonObject, fuel: Fuel): JsonValue {
  const evaluation = new Evaluation(scope, fuel);
  try {
    return toJson(evaluation.run(expression.syntax), fuel);
  } catch (error) {
    if (!isFault(error) || error.detail.at !== undefined) throw error;
    const at = placeIn(expression.source, evaluation.at);
    throw new OrketError('EvaluationFailed', error.summary, { ...error.detail, at });
  }
}

/** Evaluates a condition. Throws as `evaluate` does, and `EvaluationFailed` where the result is not a boolean. */
export function evaluateCondition(expression: Expression, scope: JsonObject, fuel: Fuel): boolean {
  const value = evaluate(expression, scope, fuel);
  if (typeof value === 'boolean') return value;
  throw new OrketError('EvaluationFailed', 'a condition must be true or false', {
    at: placeIn(expression.source, 0),
    found: value === null ? 'null' : typeof value,
  });
}
