import { OrketError } from '#crds';
import type { Timeouts } from './timeouts.ts';

/**
 * The clocks of one answer: first piece, pause between pieces, the whole. The first to run out, or the caller's
 * signal, aborts `signal` with an `OrketError` as its reason, and every part of the call listens to that.
 */
export interface Deadlines {
  readonly signal: AbortSignal;
  /** Only a streamed answer has a first piece: an answer in one piece starts with its end. */
  awaitFirstPiece(): void;
  /** The first piece is here: from now on the pause between pieces counts. */
  started(): void;
  /** Bytes arrived. Cheap: called for every read. */
  progress(): void;
  /** Ends the attempt early with `reason`. */
  fail(reason: OrketError): void;
  /** Stops every clock. */
  end(): void;
}

/** Starts the clocks. `at` names the back end in errors: a URL without credentials or a file name. */
export function startDeadlines(timeouts: Timeouts, caller: AbortSignal, at: string): Deadlines {
  const controller = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  let first: NodeJS.Timeout | undefined;
  let idle: NodeJS.Timeout | undefined;
  // Work that was given up may still report in; it must start no clock that nobody stops.
  let over = false;

  function arm(seconds: number, expected: string, remedy: string): NodeJS.Timeout {
    const timer = setTimeout(() => {
      const detail = { at, expected: `${expected} within ${seconds} s`, remedy };
      controller.abort(new OrketError('ModelTimeout', 'the model did not answer in time', detail));
    }, seconds * 1000);
    timers.add(timer);
    return timer;
  }
  const cancelled = (): void => controller.abort(cancellation(caller, at));

  arm(timeouts.totalSeconds, 'the whole answer', 'Raise timeouts.totalSeconds of the Venue or lower maxTokens.');
  if (caller.aborted) cancelled();
  else caller.addEventListener('abort', cancelled, { once: true });

  return {
    signal: controller.signal,
    awaitFirstPiece() {
      if (!over)
        first ??= arm(timeouts.firstTokenSeconds, 'a first piece of the answer', 'Raise timeouts.firstTokenSeconds.');
    },
    started() {
      clearTimeout(first);
      if (!over)
        idle ??= arm(timeouts.idleSeconds, 'the next piece of the answer', 'Raise timeouts.idleSeconds of the Venue.');
    },
    progress() {
      if (!over) idle?.refresh();
    },
    fail(reason) {
      controller.abort(reason);
    },
    end() {
      over = true;
      for (const timer of timers) clearTimeout(timer);
      caller.removeEventListener('abort', cancelled);
    },
  };
}

/** Whoever aborts with an error of the catalogue says why; anything else is a cancellation. */
function cancellation(caller: AbortSignal, at: string): OrketError {
  const reason: unknown = caller.reason;
  if (reason instanceof OrketError) return reason;
  return new OrketError('Cancelled', 'the model call was cancelled', { at });
}
