/** Where a session process is to be killed by its own disk. */
export interface KillPlan {
  /** The folder of the Session. */
  readonly dir: string;
  /** From when on points are counted: the start of the process, or once its attempt has begun. */
  readonly from: 'start' | 'work';
  /** The point to end at: by its number from 1, 0 for none; or the first that is called one of these. */
  readonly at: number | readonly string[];
  /** How much of what was not synced is there afterwards, 0 to below 1, and then nothing of the Workspace; absent for all. */
  readonly kept?: number;
  /** Whether each write takes only a third of what it is given. */
  readonly short?: boolean;
  /** The error of the disk from that point on, instead of a kill. */
  readonly fail?: 'EIO' | 'ENOSPC';
  /** What it is sent there. Default SIGKILL; what was stopped goes on where it was. */
  readonly signal?: 'SIGSTOP';
  /** File that holds the time, in milliseconds since the epoch, and has `.waits` beside it; absent for that of the machine. */
  readonly time?: string;
  /** File that gets a line for each point, its names with tabs between them. */
  readonly trace?: string;
  /** File that says, by its names, at which point it ended. */
  readonly told?: string;
}

export function readPlan(text: string | undefined): KillPlan {
  const plan: unknown = JSON.parse(text ?? 'null');
  if (!isPlan(plan)) throw new Error('a process that is to be killed needs a plan');
  return plan;
}

function isPlan(value: unknown): value is KillPlan {
  return typeof value === 'object' && value !== null && 'dir' in value && 'from' in value && 'at' in value;
}
