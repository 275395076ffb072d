import { pause } from './pause.ts';

/** What time it is on this machine, and waiting for it: what an entry point hands in, so that nothing else asks. */
export const systemTime = { now: (): number => performance.timeOrigin + performance.now(), pause } as const;
