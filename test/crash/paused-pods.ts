import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleDigest, canonicalCopy, type Bundle } from '#crds';
import { isAppendRequest } from '#runtime';
import { sessionUid, startGateway, type GatewayRig } from '../conformance/gateway-rig.ts';
import type { World } from './effect-server.ts';
import type { KillPlan } from './kill-plan.ts';
import { environmentOf } from './killed-process.ts';
import type { CrashRig } from './killed-rig.ts';
import { stopped, ToldClock } from './told-clock.ts';

export interface PodEnd {
  readonly code: number | null;
  readonly errors: string;
}

export interface Pod {
  readonly child: ChildProcess;
  readonly ended: Promise<PodEnd>;
}

/**
 * A Session whose journal a real gateway keeps, and its session processes. The first of them is stopped by SIGSTOP once
 * the gateway has made the intent of a call durable, before it hears of that.
 */
export class PausedPods {
  readonly clock: ToldClock;
  readonly world: World;
  readonly #rig: CrashRig;
  readonly #bundle: Bundle;
  readonly #gateway: GatewayRig;
  readonly #folder: string;
  readonly #pods: Pod[] = [];

  private constructor(rig: CrashRig, bundle: Bundle, gateway: GatewayRig) {
    this.#rig = rig;
    this.#bundle = bundle;
    this.#gateway = gateway;
    this.#folder = join(gateway.dir, 'pods');
    mkdirSync(this.#folder);
    this.clock = new ToldClock(join(this.#folder, 'time'));
    this.world = rig.server.world(sessionUid);
  }

  /** `intent` is the path of the call before which the first process is stopped. */
  static async start(rig: CrashRig, bundle: Bundle, intent: string): Promise<PausedPods> {
    let isStopped = false;
    const pods: PausedPods = new PausedPods(
      rig,
      bundle,
      await startGateway(undefined, async ({ url, body }) => {
        if (isStopped || !url.endsWith('/append') || !holdsIntent(body, intent)) return;
        isStopped = true;
        const pid = pods.#pods[0]?.child.pid;
        if (pid === undefined) throw new Error('no process to be stopped');
        process.kill(pid, 'SIGSTOP');
        await stopped(pid);
      }),
    );
    return pods;
  }

  /** Where the gateway keeps the journal. */
  get journal(): string {
    return join(this.#gateway.dir, 'data/sessions', sessionUid);
  }

  /** Announces the next attempt and starts its process. */
  async next(): Promise<Pod> {
    const attempt = this.#pods.length + 1;
    const [digest, { value }] = [bundleDigest(this.#bundle), canonicalCopy(this.#bundle)];
    await this.#gateway.call('PUT', `/v1/namespaces/team/bundles/${digest}`, { token: 'controller', body: value });
    const dir = join(this.#folder, String(attempt));
    mkdirSync(join(dir, 'tmp'), { recursive: true });
    const launch = {
      launchVersion: 1,
      session: { name: 'hello-x', uid: sessionUid },
      provenance: {},
      spaces: { workspace: join(dir, 'workspace'), domain: null, references: {} },
      modelFiles: {},
      toolFolders: this.#rig.toolFolders,
    };
    await this.#gateway.announce(attempt, { bundle: digest, launch, previousIsDead: attempt === 1 });
    const tokenFile = join(dir, 'token');
    writeFileSync(tokenFile, this.#gateway.podToken(attempt));
    const place = ['--gateway', this.#gateway.url, '--token-file', tokenFile];
    const who = ['--ca-file', join(this.#gateway.dir, 'ca.pem'), '--session', sessionUid, '--attempt', String(attempt)];
    const plan: KillPlan = { dir, from: 'work', at: 0, time: this.clock.file };
    const child = spawn(process.execPath, [this.#rig.program, ...place, ...who], {
      env: environmentOf(this.#rig.root, plan),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const pod = { child, ended: endOf(child) };
    this.#pods.push(pod);
    return pod;
  }

  async stop(): Promise<void> {
    for (const { child } of this.#pods) child.kill('SIGKILL');
    await Promise.all(this.#pods.map(({ ended }) => ended));
    await this.#gateway.stop();
  }
}

async function endOf(child: ChildProcess): Promise<PodEnd> {
  let errors = '';
  child.stderr?.on('data', (text: Buffer) => (errors += text.toString()));
  const [code]: unknown[] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, errors };
}

function holdsIntent(body: unknown, path: string): boolean {
  if (!isAppendRequest(body)) return false;
  return body.lines.some((line) => line.includes('"type":"call.intent"') && line.includes(`"path":"${path}"`));
}
