/** Where a command reads and writes: the answer on standard output, everything else on standard error. */
export interface Terminal {
  /** A line of the answer. */
  answer(line: string): void;
  /** A line for the person who watches. */
  say(line: string): void;
  /** Text in place, without a newline, on an interactive standard error only. */
  draw(text: string): void;
  readonly interactive: boolean;
  /** Of the terminal that shows the answer; null where a file or a pipe takes it. */
  readonly columns: number | null;
  /** Somebody is there to answer. */
  readonly canAsk: boolean;
  /** Asks on standard error and reads a line from standard input; null where that has ended or `signal` fired. */
  ask(question: string, signal: AbortSignal): Promise<string | null>;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
}
