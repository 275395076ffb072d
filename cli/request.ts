import { formatSecond } from '#crds';
import type { Request } from '#controller';
import type { Shell } from './commands/verb.ts';

/** One request of this command line for a new Session. */
export function requestOf({ terminal, uuid }: Shell): Request {
  return { token: uuid(), uid: uuid(), now: formatSecond(terminal.clock()) };
}
