import type { Tool } from '../call/run.ts';

/** What a built-in tool does: input that its schema accepted to output that its schema accepts. */
export type Perform = Tool['perform'];
