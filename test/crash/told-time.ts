import { appendFileSync, readFileSync } from 'node:fs';
import { pause as pauseForReal } from '../../runtime/process/pause.ts';
import { systemTime as real } from '../../runtime/process/system-time.ts';
import { readPlan } from './kill-plan.ts';

/** What passes within this is how long the machine takes, whatever a clock says. */
const shortMs = 1_000;
const lookMs = 5;

/** The time of a session process: what a file says where its plan names one, else that of the machine. */
export const systemTime: typeof real = timeOf(readPlan(process.env['ORKET_KILL_PLAN']).time);

function timeOf(file: string | undefined): typeof real {
  if (file === undefined) return real;
  const now = (): number => Number(readFileSync(file, 'utf8'));
  return {
    now,
    async pause(ms, signal) {
      if (ms < shortMs) return pauseForReal(ms, signal);
      const until = now() + ms;
      appendFileSync(`${file}.waits`, `${process.pid} ${until}\n`);
      while (now() < until) await pauseForReal(lookMs, signal);
    },
  };
}
