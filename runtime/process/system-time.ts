import { pause } from './pause.ts';

/**
 * What time it is on this machine, and waiting for it: what an entry point hands in, so that nothing else asks. The clock goes on
 * while the machine sleeps: what was paused for long has to see that it is late.
 */
export const systemTime = { now: (): number => Date.now(), pause } as const;
