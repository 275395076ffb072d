import { parseArgs } from 'node:util';
import { OrketError } from '#crds';

/** Where a session process finds its Session, and how it talks to who started it. */
export interface Arguments {
  readonly place: FolderPlace | GatewayPlace;
  /** Inherited descriptor with `{"NAME": "value"}` and then its end, null where there are no secrets. */
  readonly secretsFd: number | null;
  /** Inherited descriptor for progress, one JSON object a line, null for none. */
  readonly progressFd: number | null;
  /** How long a Session whose every branch waits for people keeps its process; null for the default. */
  readonly parkAfterMs: number | null;
}

/** A folder with `bundle.json`, `launch.json`, `journal.jsonl`, `blobs.pack` and `workspace/`. */
export interface FolderPlace {
  readonly kind: 'folder';
  readonly dir: string;
  /** Where anchors are kept, outside the checkout; null for nowhere. */
  readonly anchorDir: string | null;
  /** Where state of the Flow outlives its Sessions; null where it is not kept. */
  readonly stateDir: string | null;
}

export interface GatewayPlace {
  readonly kind: 'gateway';
  readonly url: string;
  readonly tokenFile: string;
  readonly caFile: string;
  readonly uid: string;
  /** What this process was started as; the gateway decides whether it still is. */
  readonly attempt: number;
}

const usage =
  'session (--dir DIR [--anchor-dir DIR] [--state-dir DIR] | --gateway URL --token-file FILE --ca-file FILE --session UID --attempt N)' +
  ' [--secrets-fd N] [--progress-fd N] [--park-after-ms N]';

/** Reads the command line. Throws `Usage`. */
export function readArguments(args: readonly string[]): Arguments {
  const flags = parse(args);
  const common = {
    secretsFd: descriptor(flags, 'secrets-fd'),
    progressFd: descriptor(flags, 'progress-fd'),
    parkAfterMs: milliseconds(flags),
  };
  if (flags['dir'] !== undefined && flags['gateway'] === undefined) {
    const { dir, 'anchor-dir': anchorDir = null, 'state-dir': stateDir = null } = flags;
    return { ...common, place: { kind: 'folder', dir, anchorDir, stateDir } };
  }
  if (flags['dir'] === undefined) {
    const place = {
      kind: 'gateway',
      url: required(flags, 'gateway'),
      tokenFile: required(flags, 'token-file'),
      caFile: required(flags, 'ca-file'),
      uid: required(flags, 'session'),
      attempt: attemptOf(required(flags, 'attempt')),
    } as const;
    return { ...common, place };
  }
  throw wrong('either --dir or --gateway', 'both');
}

type Flags = Readonly<Record<string, string | undefined>>;

function parse(args: readonly string[]): Flags {
  const text = { type: 'string' } as const;
  const names = [
    'dir',
    'anchor-dir',
    'state-dir',
    'gateway',
    'token-file',
    'ca-file',
    'session',
    'attempt',
    'secrets-fd',
    'progress-fd',
    'park-after-ms',
  ];
  try {
    const { values } = parseArgs({ args: [...args], options: Object.fromEntries(names.map((name) => [name, text])) });
    return values;
  } catch (error) {
    throw wrong(usage, error instanceof Error ? error.message : 'something else');
  }
}

function required(flags: Flags, name: string): string {
  const value = flags[name];
  if (value === undefined || value === '') throw wrong(usage, `no --${name}`);
  return value;
}

function attemptOf(value: string): number {
  const attempt = Number(value);
  if (Number.isSafeInteger(attempt) && attempt > 0) return attempt;
  throw wrong('--attempt with a number from 1', value);
}

function descriptor(flags: Flags, name: string): number | null {
  const value = flags[name];
  if (value === undefined) return null;
  const fd = Number(value);
  if (Number.isSafeInteger(fd) && fd > 2) return fd;
  throw wrong(`--${name} with the number of an inherited descriptor from 3`, value);
}

function milliseconds(flags: Flags): number | null {
  const value = flags['park-after-ms'];
  if (value === undefined) return null;
  const ms = Number(value);
  if (value !== '' && Number.isSafeInteger(ms) && ms >= 0) return ms;
  throw wrong('--park-after-ms with a number from 0', value);
}

function wrong(expected: string, found: string): OrketError {
  return new OrketError('Usage', 'the arguments are not those of a session process', { expected, found });
}
