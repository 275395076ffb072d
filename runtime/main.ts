/** The session process: runs one attempt of one Session, in a pod or as a child process. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue, OrketError, parseJson, readBundle, type BundleRule, type JsonValue, type Reason } from '#crds';
import { fileStore } from './journal/file-store.ts';
import type { JournalStore } from './journal/store.ts';
import { createProvider, type ProviderDeps } from './models/create-provider.ts';
import { importOutside } from './models/llama/import-outside.ts';
import { readArguments, type Arguments, type GatewayPlace } from './process/arguments.ts';
import { closeInherited } from './process/inherited.ts';
import { openLiveRules } from './process/live-rules.ts';
import { readLaunch } from './process/launch.ts';
import { withOwnFolders } from './process/own-folders.ts';
import { openedAs } from './process/opened-as.ts';
import { openMachine } from './process/this-machine.ts';
import { openProgress } from './process/progress.ts';
import { readSecrets } from './process/secrets.ts';
import { systemTime } from './process/system-time.ts';
import { createMask } from './secrets/mask.ts';
import { folderInbox } from './inbox/folder-inbox.ts';
import type { Inbox } from './inbox/inbox.ts';
import type { SessionInput } from './launch.ts';
import { fileState } from './state/file-state.ts';
import { noState } from './state/no-state.ts';
import type { StateStore } from './state/state.ts';
import { runSession } from './session.ts';
import type { SessionResult } from './session-deps.ts';
import { confinementFor, createToolHosts, needsHosts, noToolHosts, type ToolHosts } from './tools/host/hosts.ts';
import { openBundleWorkspace } from './workspace/from-bundle.ts';

interface Source {
  readonly input: SessionInput;
  readonly store: JournalStore;
  /** Null where people reach the Session in no way. */
  readonly inbox: Inbox | null;
  /** What outlives the Session. */
  readonly state: StateStore;
  /** Rules of Policies as they are now. */
  readonly livePolicies: () => readonly BundleRule[];
}

async function main(): Promise<number> {
  const { now, pause } = systemTime;
  const cancel = new AbortController();
  const stop = new AbortController();
  // An interrupt is a person who wants the Session to end; a termination takes only this process away.
  process.on('SIGINT', () => cancel.abort());
  process.on('SIGTERM', () => stop.abort());

  const args = readArguments(process.argv.slice(2));
  closeInherited([args.secretsFd, args.progressFd]);
  const [secrets, { input, store, state, inbox, livePolicies }] = await Promise.all([
    readSecrets(args.secretsFd),
    sourceOf(args, stop.signal),
  ]);
  const { bundle, launch } = input;
  const apiKey = (backend: string): string | undefined => secrets.get(launch.apiKeys?.[backend] ?? '');
  const progress = openProgress(args.progressFd);
  const provider = createProvider(bundle.venue, {
    apiKey,
    mask: createMask(secrets),
    modelFiles: launch.modelFiles,
    ...(launch.venueLimits === undefined ? {} : { limits: launch.venueLimits }),
    clock: now,
    sleep: pause,
    ...localModelLibrary(),
  });
  const hosting = await hostsFor(input);
  try {
    const result = await runSession(hosting.input, {
      store,
      provider,
      openWorkspace: (limits) => openBundleWorkspace(bundle, launch, limits),
      clock: now,
      sleep: pause,
      seed: () => randomBytes(32).toString('hex'),
      secrets,
      state,
      ...(inbox === null ? {} : { inbox }),
      ...(args.parkAfterMs === null ? {} : { parkAfterMs: args.parkAfterMs }),
      hosts: hosting.hosts,
      livePolicies,
      cancel: cancel.signal,
      stop: stop.signal,
      observe: (event) => progress.tell(event),
    });
    return exitOf(result);
  } finally {
    await hosting.hosts.close();
    await provider.close();
    await progress.end();
  }
}

/** Where the tools of others run, and the launch with what keeps them apart: it goes into the record. */
async function hostsFor(input: SessionInput): Promise<{ input: SessionInput; hosts: ToolHosts }> {
  const { bundle, launch } = input;
  if (!needsHosts(bundle)) return { input, hosts: noToolHosts };
  const { machine, remove } = await openMachine(process.argv[1] ?? '', process.env['PATH'] ?? '');
  const { confinement, isolation } = await confinementFor(machine);
  const provenance = { ...launch.provenance, hosts: { isolation: { ...isolation } } };
  const { pause } = systemTime;
  const own = createToolHosts(bundle, { machine, pause, confinement, folders: launch.toolFolders ?? {} });
  const hosts: ToolHosts = {
    call: (tool, given, context) => own.call(tool, given, context),
    ready: (tool) => own.ready(tool),
    async close() {
      await own.close();
      await remove();
    },
  };
  return { input: { bundle, launch: { ...launch, provenance } }, hosts };
}

function stateIn(dir: string | null): StateStore {
  return dir === null ? noState : fileState({ dir, wait: (ms) => sleep(ms) });
}

/** The optional library for GGUF files, where it is not installed beside us. */
function localModelLibrary(): Pick<ProviderDeps, 'loadLlama'> {
  const library = process.env['ORKET_LLAMA_MODULE'];
  return library === undefined ? {} : { loadLlama: () => importOutside(library) };
}

async function sourceOf({ place }: Arguments, signal: AbortSignal): Promise<Source> {
  if (place.kind === 'gateway') return gatewaySource(place, signal);
  const { dir, anchorDir, stateDir } = place;
  const [bundle, launch] = await Promise.all([readJson(join(dir, 'bundle.json')), readJson(join(dir, 'launch.json'))]);
  const store = fileStore({ dir, ...(anchorDir === null ? {} : { anchorDir }) });
  const input = { bundle: readBundle(bundle), launch: await withOwnFolders(readLaunch(launch), place) };
  const livePolicies = openLiveRules(join(dir, 'policies.json'));
  return { input, store, state: stateIn(stateDir), inbox: folderInbox(join(dir, 'inbox')), livePolicies };
}

/** Loaded only in a pod: the HTTP client costs more than everything else a local run needs. */
async function gatewaySource(
  { url, tokenFile, caFile, uid, attempt }: GatewayPlace,
  signal: AbortSignal,
): Promise<Source> {
  const { remoteSession } = await import('./journal/remote-store.ts');
  const session = remoteSession(uid, { baseUrl: url, tokenFile, caFile, signal, random: Math.random });
  const [bundle, launch] = await Promise.all([session.bundle(), session.launch()]);
  const input = { bundle: readBundle(bundle), launch: readLaunch(launch) };
  return { input, store: openedAs(attempt, session.store), state: noState, inbox: null, livePolicies: () => [] };
}

async function readJson(file: string): Promise<JsonValue> {
  try {
    return parseJson(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof OrketError) throw error;
    throw new OrketError('NotFound', 'a file of the Session cannot be read', { at: file, found: String(error) }, error);
  }
}

/** A Session that failed because something could not be reached says so; who started the process reads `session.ended`. */
function exitOf(result: SessionResult): number {
  if (result.status === 'parked') return 21;
  const { status, error } = result;
  if (status === 'succeeded') return 0;
  if (status === 'cancelled') return 22;
  return error !== null && isReason(error.reason) && catalogue[error.reason].exit === 24 ? 24 : 20;
}

function isReason(text: string): text is Reason {
  return Object.hasOwn(catalogue, text);
}

function failed(error: unknown): number {
  const known = error instanceof OrketError;
  const text = known
    ? `${error.reason}: ${error.message}`
    : `Internal: ${error instanceof Error ? error.stack : String(error)}`;
  process.stderr.write(`${text}\n`);
  return known ? error.exit : catalogue.Internal.exit;
}

// What was abandoned may still hold the process open; the journal is closed by now.
void main()
  .catch(failed)
  .then((code) => process.exit(code));
