import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { canonicalCopy, type Bundle, type JsonValue } from '#crds';
import { readJournal, sendToInbox, systemPeople, treeOf, type JournalRecord, type Launch } from '#runtime';
import { readGates, type Gate } from '../../cli/people/gates.ts';
import { doneIn, type EffectServer, type World } from './effect-server.ts';
import type { KillPlan } from './kill-plan.ts';
import { environmentOf } from './killed-process.ts';

/** How a session process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly errors: string;
  /** Names of the point where its disk killed it, or what it refused; none where it did neither. */
  readonly at: readonly string[];
}

/** A session process that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<End>;
}

/** What all Sessions of a test run have in common. */
export interface Rig {
  /** Holds everything. */
  readonly root: string;
  /** The file of the session process. */
  readonly program: string;
  readonly server: EffectServer;
  /** By digest of the tree: where the code of tools is. */
  readonly toolFolders: Readonly<Record<string, string>>;
}

/**
 * One Session on a real disk, run by real processes that are killed, and a person who answers what it asks. Whoever is
 * asked what became of a call looks first whether it was done.
 */
export class KilledSession {
  readonly dir: string;
  readonly uid: string;
  readonly world: World;
  readonly bundle: Bundle;
  /** How each process ended, in order. */
  readonly ends: End[] = [];
  readonly #rig: Rig;
  readonly #answered = new Set<string>();

  constructor(rig: Rig, uid: string, bundle: Bundle) {
    this.#rig = rig;
    this.uid = uid;
    this.bundle = bundle;
    this.dir = join(rig.root, uid);
    this.world = rig.server.world(uid);
    mkdirSync(join(this.dir, 'inbox'), { recursive: true, mode: 0o755 });
    mkdirSync(join(this.dir, 'tmp'));
    chmodSync(this.dir, 0o755);
    writeFileSync(join(this.dir, 'bundle.json'), canonicalCopy(bundle).text);
    const launch: Launch = {
      launchVersion: 1,
      session: { name: 'crash', uid },
      provenance: { requestedBy: { name: 'eve' } },
      spaces: { workspace: join(this.dir, 'workspace'), domain: null, references: {} },
      modelFiles: {},
      toolFolders: rig.toolFolders,
      apiKeys: { main: 'token' },
    };
    writeFileSync(join(this.dir, 'launch.json'), JSON.stringify(launch));
  }

  get anchors(): string {
    return join(this.dir, 'anchors');
  }

  get kills(): number {
    return this.ends.filter(({ signal }) => signal === 'SIGKILL').length;
  }

  /** Starts a process and waits for its end. A person answers at once where it asks, unless `away`. */
  async attempt(plan: Partial<KillPlan> = {}, killAfterMs: number | null = null, away = false): Promise<End> {
    return this.start(plan, killAfterMs, away).ended;
  }

  /** Starts a process. */
  start(plan: Partial<KillPlan> = {}, killAfterMs: number | null = null, away = false): Started {
    const told = join(this.dir, 'killed-at');
    rmSync(told, { force: true });
    const whole: KillPlan = { dir: this.dir, from: 'work', at: 0, told, ...plan };
    const { program } = this.#rig;
    const places = [
      '--dir',
      this.dir,
      '--anchor-dir',
      this.anchors,
      '--state-dir',
      join(this.dir, 'state/default/crash'),
    ];
    const flags = [...places, '--progress-fd', '3', '--secrets-fd', '4'];
    const child = spawn(process.execPath, [program, ...flags, '--park-after-ms', away ? '0' : '60000'], {
      env: environmentOf(this.#rig.root, whole),
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.world.pid = child.pid ?? null;
    const [, , noise, progress, secrets] = child.stdio;
    if (!noise || !progress || !secrets || !('end' in secrets) || !('read' in progress))
      throw new Error('a process without its pipes');
    secrets.on('error', () => {});
    secrets.end(JSON.stringify({ token: this.uid }));
    let errors = '';
    noise.on('data', (text: Buffer) => (errors += text.toString()));
    let answering = Promise.resolve();
    let failure: unknown = null;
    const reader = createInterface({ input: progress });
    reader.on('line', (line) => {
      if (away || !line.includes('"gate.opened"')) return;
      answering = answering
        .then(() => this.answerGates())
        .catch((error: unknown) => {
          failure ??= error;
          child.kill('SIGKILL');
        });
    });
    const timer = killAfterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    const end = async (): Promise<End> => {
      const closed = once(child, 'close');
      if (!away) await this.answerGates();
      const [code, signal]: unknown[] = await closed;
      if (timer !== null) clearTimeout(timer);
      await answering;
      this.world.pid = null;
      if (failure !== null) throw failure;
      const found: End = {
        code: typeof code === 'number' ? code : null,
        signal: typeof signal === 'string' ? signal : null,
        errors,
        at: existsSync(told) ? readFileSync(told, 'utf8').split('\n') : [],
      };
      this.ends.push(found);
      return found;
    };
    return { child, ended: end() };
  }

  /** Runs on until the Session has ended, with people who come whenever it has parked. */
  async finish(): Promise<End> {
    for (let attempts = 0; attempts < 20; attempts += 1) {
      const end = await this.attempt();
      if (end.code !== 21 && end.signal === null) return end;
    }
    throw new Error(`${this.uid} does not come to an end`);
  }

  /** Answers, once, every gate that is open: each decision is sent a single time, so that none may be lost. */
  async answerGates(): Promise<void> {
    if (!existsSync(join(this.dir, 'journal.jsonl'))) return;
    for (const gate of (await readGates(this.dir)).gates) {
      if (gate.decided !== null || this.#answered.has(gate.id)) continue;
      this.#answered.add(gate.id);
      if (this.#answered.size > mostAnswers) throw new Error(`${this.uid} asks without end`);
      const { verdict, outcome } = answerTo(gate, this.world);
      sendToInbox(join(this.dir, 'inbox'), {
        kind: 'decision',
        id: `decision-${gate.id}`,
        from: systemPeople(userInfo().uid),
        gate: gate.id,
        gateDigest: gate.digest,
        verdict,
        note: '',
        ...(outcome === undefined ? {} : { outcome: { output: outcome } }),
      });
    }
  }

  records(): Promise<readonly JournalRecord[]> {
    return recordsIn(this.dir);
  }

  /** Of the files as they lie there. */
  async tree(): Promise<string> {
    return (await treeOf(join(this.dir, 'workspace'))).digest;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** What a journal holds, nothing where there is none. */
export async function recordsIn(dir: string): Promise<readonly JournalRecord[]> {
  const records: JournalRecord[] = [];
  if (!existsSync(join(dir, 'journal.jsonl'))) return records;
  for await (const read of readJournal(dir)) if (read.kind === 'record') records.push(read.record);
  return records;
}

/** Of one person, about one of these Sessions. */
const mostAnswers = 60;

interface Answer {
  readonly verdict: 'approve' | 'retry' | 'supply';
  readonly outcome?: JsonValue;
}

/** Of an attempt that nobody knows about, people look whether it was done. */
function answerTo({ opened: { body, path } }: Gate, world: World): Answer {
  if (body.kind !== 'unknown') return { verdict: 'approve' };
  const call = path.slice(0, path.lastIndexOf('/'));
  const done = doneIn(world).find((one) => one.path === call);
  return done === undefined ? { verdict: 'retry' } : { verdict: 'supply', outcome: { done: done.id } };
}
