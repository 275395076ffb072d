import { digestOf, type Digest, type JsonValue } from '#crds';
import { failureOf } from '../call/failure.ts';
import { isTaken } from '../journal/fork-facts.ts';
import type { Run } from '../call/run.ts';
import type { Draft, ErrorBody, JournalRecord, RecordBodies, Usage } from '../journal/record.ts';
import { sessionPlace } from './place.ts';
import { runScore } from './score.ts';

/** How a Session ended, as its journal says. */
export type Ended = RecordBodies['session.ended'];

/**
 * Runs the Score of a Session to its end and records that: what was returned, or what it failed with, and the digest of
 * its state. A live run and a replay both come through here. Throws only what ends the attempt and not the Session.
 */
export async function play(run: Run, signal: AbortSignal): Promise<Ended> {
  const { output, error } = await outcomeOf(run, signal);
  const make = async (): Promise<Draft<'session.ended'>> => {
    const ending = {
      status: statusOf(error),
      error,
      resultDigest: digestOrNull(output),
      treeDigest: await run.workspace.treeDigest(),
    };
    const stateDigest = run.semantics.stateDigest(run.trail.records, ending);
    const result = output === undefined ? null : await run.trail.record(output);
    return {
      type: 'session.ended',
      path: '',
      body: { ...ending, result, stateDigest, usage: usageOf(run.trail.records) },
    };
  };
  const ended = await run.trail.once({ type: 'session.ended', path: '', make, sync: true });
  return ended.body;
}

async function outcomeOf(
  run: Run,
  signal: AbortSignal,
): Promise<{ readonly output?: JsonValue; readonly error: ErrorBody | null }> {
  try {
    return { output: await runScore(run.bundle.steps, sessionPlace(run, signal)), error: null };
  } catch (error) {
    return { error: failureOf(error, run.mask) };
  }
}

function statusOf(error: ErrorBody | null): Ended['status'] {
  if (error === null) return 'succeeded';
  return error.reason === 'Cancelled' ? 'cancelled' : 'failed';
}

function digestOrNull(output: JsonValue | undefined): Digest | null {
  return output === undefined ? null : digestOf(output);
}

/** What all model turns of a Session used, those of earlier attempts included. */
function usageOf(records: readonly JournalRecord[]): Usage {
  let [inputTokens, outputTokens] = [0, 0];
  for (const record of records) {
    // What a fork took over was used by its parent.
    if (isTaken(record) || record.type !== 'model.response' || record.body.usage === null) continue;
    inputTokens += record.body.usage.inputTokens;
    outputTokens += record.body.usage.outputTokens;
  }
  return { inputTokens, outputTokens };
}
