/**
 * Whether a back end is well, judged by what becomes of its turns. Failures in a row eject it for a time that grows from
 * ejection to ejection; after that one real turn tries it, and decides. Times are milliseconds of any clock.
 */
export interface Health {
  /** In a row. */
  readonly failures: number;
  /** In a row, without a success between them. */
  readonly ejections: number;
  /** Null while it is well. */
  readonly ejectedUntil: number | null;
  /** Whether a turn is trying it right now. */
  readonly probing: boolean;
}

/** `due` is one whose time is over: the next turn tries it, and only that one. */
export type Standing = 'well' | 'due' | 'probing' | 'ejected';

export const well: Health = { failures: 0, ejections: 0, ejectedUntil: null, probing: false };

const failuresToEject = 3;
const firstEjectionMs = 10_000;
export const longestEjectionMs = 300_000;

export function standingOf({ ejectedUntil, probing }: Health, now: number): Standing {
  if (ejectedUntil === null) return 'well';
  if (probing) return 'probing';
  return now >= ejectedUntil ? 'due' : 'ejected';
}

/** A turn begins there. It is the one that tries a back end where that is due. */
export function afterStart(health: Health, now: number): { readonly health: Health; readonly probe: boolean } {
  const probe = standingOf(health, now) === 'due';
  return { health: probe ? { ...health, probing: true } : health, probe };
}

/** A failure of a turn. One that began before an ejection, or in spite of it, says nothing new. */
export function afterFailure(health: Health, probe: boolean, now: number): Health {
  if (health.ejectedUntil === null) {
    const failures = health.failures + 1;
    return failures < failuresToEject ? { ...health, failures } : ejected(health, failures, now);
  }
  return probe && health.probing ? ejected(health, health.failures + 1, now) : health;
}

/** A turn ended and nobody knows what that says: it was cancelled, or asked to wait. The next turn tries again. */
export function afterNothing(health: Health, probe: boolean): Health {
  return probe ? { ...health, probing: false } : health;
}

function ejected({ ejections }: Health, failures: number, now: number): Health {
  const ms = Math.min(firstEjectionMs * 2 ** ejections, longestEjectionMs);
  return { failures, ejections: ejections + 1, ejectedUntil: now + ms, probing: false };
}
