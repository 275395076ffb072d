import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleDigest, type Bundle, type JsonObject } from '#crds';
import {
  replay,
  type JournalRecord,
  type Launch,
  type ModelProvider,
  type Recording,
  type Replay,
  type SessionDeps,
  type SessionEnded,
  type SessionEvent,
  type SessionResult,
  type Workspace,
} from '#runtime';
import { openBundleWorkspace } from '../../runtime/workspace/from-bundle.ts';
import { createProvider } from '../../runtime/models/create-provider.ts';
import { openJournal } from '../../runtime/journal/journal.ts';
import { runSession } from '../../runtime/session.ts';
import type { Gate } from '../../runtime/call/gate-verdict.ts';
import type { Decision } from '../../runtime/inbox/inbox.ts';
import { semanticsOf, type FileLimits } from '../../runtime/semantics/semantics.ts';
import { createMask } from '../../runtime/secrets/mask.ts';
import { noToolHosts } from '../../runtime/tools/host/hosts.ts';
import { memoryState } from './memory-state.ts';
import { MemoryInbox } from './memory-inbox.ts';
import { MemoryStore } from './memory-store.ts';

const seed = '5eed'.repeat(16);

/** One Session with real files, a scripted model, a journal in memory and a clock that only waiting moves. */
export class SessionRig {
  readonly store = new MemoryStore();
  readonly events: SessionEvent[] = [];
  readonly cancel = new AbortController();
  readonly stop = new AbortController();
  readonly bundle: Bundle;
  readonly folder: string;
  secrets: ReadonlyMap<string, string> = new Map();
  readonly state = memoryState();
  provenance: JsonObject = { source: 'test', requestedBy: { name: 'eve' } };
  /** What earlier Sessions of the Flow used. */
  observed: JsonObject | null = null;
  readonly inbox = new MemoryInbox();
  provider: ModelProvider;
  now = 1_700_000_000_000;
  /** Milliseconds that were waited for. */
  waitedMs = 0;
  /** Called for each wait that does not pass by itself. */
  onWait: (ms: number) => void = () => {};
  readonly #waits = new Set<Wait>();
  #files: Workspace | null = null;

  constructor(bundle: Bundle) {
    this.bundle = bundle;
    this.folder = mkdtempSync(join(tmpdir(), 'orket-session-'));
    const sleep = (ms: number, signal: AbortSignal): Promise<void> => this.sleep(ms, signal);
    this.provider = createProvider(bundle.venue, {
      apiKey: () => undefined,
      mask: createMask(new Map()),
      modelFiles: {},
      clock: () => this.now,
      sleep,
    });
  }

  /** Runs an attempt that comes to the end of the Session. */
  async run(overrides: Partial<SessionDeps> = {}): Promise<SessionEnded> {
    const result = await this.attempt(overrides);
    if (result.status === 'parked') throw new Error(`parked: ${result.why} ${result.gates.join(' ')}`);
    return result;
  }

  async attempt(overrides: Partial<SessionDeps> = {}): Promise<SessionResult> {
    // A process that was killed is at no file any more; an attempt that was broken off here may be for a moment.
    await this.#files?.treeDigest();
    const open =
      overrides.openWorkspace ?? ((limits: FileLimits) => openBundleWorkspace(this.bundle, this.launch, limits));
    return runSession(
      { bundle: this.bundle, launch: this.launch },
      {
        store: this.store,
        provider: this.provider,
        clock: () => (this.now += 1),
        sleep: (ms, signal) => this.sleep(ms, signal),
        seed: () => seed,
        secrets: this.secrets,
        state: this.state,
        inbox: this.inbox,
        hosts: noToolHosts,
        cancel: this.cancel.signal,
        stop: this.stop.signal,
        observe: (event) => this.events.push(event),
        ...overrides,
        openWorkspace: async (limits) => (this.#files = await open(limits)),
      },
    );
  }

  get launch(): Launch {
    return {
      launchVersion: 1,
      session: { name: 'test', uid: 'uid-1' },
      provenance: this.provenance,
      ...(this.observed === null ? {} : { observed: this.observed }),
      spaces: { workspace: join(this.folder, 'workspace'), domain: null, references: {} },
      modelFiles: {},
    };
  }

  /** The records as a reader finds them. */
  async records(): Promise<readonly JournalRecord[]> {
    const epochs = new MemoryStore();
    epochs.lines.push(...this.store.lines);
    return (await openJournal({ store: epochs, clock: () => 0 })).records;
  }

  async replay(records?: readonly JournalRecord[]): Promise<Replay> {
    const recording = await this.recording();
    return replay({ ...recording, records: records ?? recording.records });
  }

  async recording(): Promise<Recording> {
    const { records, read, readFile } = await openJournal({ store: this.store, clock: () => 0 });
    return { bundle: this.bundle, records, read, readFile };
  }

  /** Gates that are open, with what a decision about them has to name. */
  async gates(): Promise<readonly (Pick<Decision, 'gate' | 'gateDigest'> & { readonly opened: Gate })[]> {
    const records = await this.records();
    const decided = new Set(records.flatMap((record) => (record.type === 'gate.decided' ? [record.body.gate] : [])));
    return records.flatMap((record) => {
      if (record.type !== 'gate.opened' || decided.has(record.seq)) return [];
      const { gateDigest } = semanticsOf(1);
      const digest = gateDigest('uid-1', record.seq, record.body.callDigest, bundleDigest(this.bundle));
      return [{ gate: `g${record.seq}`, gateDigest: digest, opened: record }];
    });
  }

  async tree(): Promise<string> {
    return (await openBundleWorkspace(this.bundle, this.launch, semanticsOf(1).fileLimits)).treeDigest();
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The same while others go on. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Waits under half a minute pass at once and move the clock; longer ones wait for `passWaits`. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const wait = { ms, pass: resolve };
      this.#waits.add(wait);
      const abort = (): void => {
        this.#waits.delete(wait);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      if (ms < 30_000) setImmediate(() => this.#pass(wait));
      else this.onWait(ms);
    });
  }

  /** Ends the waits of up to that many milliseconds. */
  passWaits(ms: number): void {
    for (const wait of [...this.#waits].filter((one) => one.ms <= ms)) this.#pass(wait);
  }

  #pass(wait: Wait): void {
    if (!this.#waits.delete(wait)) return;
    this.now += wait.ms;
    this.waitedMs += wait.ms;
    wait.pass();
  }
}

interface Wait {
  readonly ms: number;
  readonly pass: () => void;
}

/** Types and paths of records, for reading at a glance. */
export function outline(records: readonly JournalRecord[]): readonly string[] {
  return records.map(({ type, path }) => `${type} ${path}`.trimEnd());
}
