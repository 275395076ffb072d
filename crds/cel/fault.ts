import { OrketError, type ErrorDetail } from '../errors.ts';

/** An evaluation that went wrong; the evaluator adds where. */
export function fault(summary: string, detail: ErrorDetail = {}): OrketError {
  return new OrketError('EvaluationFailed', summary, detail);
}

export function isFault(error: unknown): error is OrketError {
  return error instanceof OrketError && error.reason === 'EvaluationFailed';
}

/** A piece of text for an error message: bounded, escaped, in double quotes. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
