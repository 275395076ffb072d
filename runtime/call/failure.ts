import { catalogue, OrketError, type Reason } from '#crds';
import type { ErrorBody } from '../journal/record.ts';
import type { Mask } from '../secrets/mask.ts';

/** What a model, a caller or the Session's status may be shown of a failure. */
const longestMessage = 2048;

/**
 * Reasons that are no outcome of a call: the record is broken, belongs to somebody else, or the attempt is asked to
 * stop. Nothing more is recorded; the attempt ends and the Session stays as it was.
 */
const attemptEnding: ReadonlySet<string> = new Set<Reason>([
  'JournalCorrupt',
  'JournalLocked',
  'JournalWriteFailed',
  'StaleEpoch',
  'HeadMismatch',
  'BundleMismatch',
  'ReplayDiverged',
  'ReplayEnded',
  'RuntimeUnsupported',
  'AttemptStopped',
  'SessionParked',
  'GatewayUnreachable',
  'Internal',
]);

/** Whether an error ends this attempt instead of a call. What is no error of ours is a defect of the runtime. */
export function endsAttempt(error: unknown): boolean {
  return !(error instanceof OrketError) || attemptEnding.has(error.reason);
}

/** Whether an error is that somebody ends the Session: nobody goes on after it, whatever else could be done. */
export function endsSession(error: unknown): boolean {
  return error instanceof OrketError && (error.reason === 'Cancelled' || error.reason === 'Aborted');
}

/** A failure as records hold it: masked and bounded. Throws the error again where it ends the attempt. */
export function failureOf(error: unknown, mask: Mask): ErrorBody {
  if (!(error instanceof OrketError) || endsAttempt(error)) throw error;
  return { reason: error.reason, message: bounded(mask.text(error.message.toWellFormed())) };
}

/** The error that a recorded failure stands for: its reason and message are the recorded ones, letter by letter. */
export function errorOf(failure: ErrorBody): OrketError {
  return new OrketError(isReason(failure.reason) ? failure.reason : 'ToolFailed', failure.message);
}

/** What a tool threw that is no error of ours: whose fault it is, it is the tool's failure. */
export function toolError(error: unknown): OrketError {
  if (error instanceof OrketError) return error;
  return new OrketError('ToolFailed', error instanceof Error ? error.message : 'the tool threw no error', {}, error);
}

function isReason(text: string): text is Reason {
  return Object.hasOwn(catalogue, text);
}

function bounded(text: string): string {
  return text.length <= longestMessage ? text : `${text.slice(0, longestMessage).toWellFormed()}…`;
}
