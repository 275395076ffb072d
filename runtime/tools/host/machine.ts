/** What tool hosts use of the machine they run on; the entry point of a process says what that is. */
export interface Machine {
  readonly platform: string;
  /** Of the kernel, `6.1.0-18-amd64`. */
  readonly release: string;
  /** Of this process; null where there are none. */
  readonly userId: number | null;
  readonly processId: number;
  /** The program that runs Node. */
  readonly node: string;
  /** Folders where programs are looked for, with `:` between them. */
  readonly searchPath: string;
  /** Where hosts get folders of their own: a folder that nobody else uses. */
  readonly temporary: string;
  /** What hosts are made of. */
  readonly programs: HostPrograms;
}

/** Files of ours that hosts load. */
export interface HostPrograms {
  /** The folder that the Node host is in, and its file there. */
  readonly node: { readonly folder: string; readonly main: string };
  /** The file behind `orket/tool`. */
  readonly sdk: string;
  /** The folder that the Python package `orket` is in. */
  readonly python: string;
}

/** Resolves after that many milliseconds of real time, or rejects when the signal fires. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;
