import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalCopy, type Bundle } from '#crds';
import { readJournal, type JournalRecord } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { replay } from '../../runtime/replay/replay.ts';
import { buildBundles } from '../../scripts/build-bundles.ts';
import { bundleOf, reply, roleOf, stepOf } from '../session/bundles.ts';

/** How many processes are killed in all; more by ORKET_KILLS. */
const kills = Number(process.env['ORKET_KILLS'] ?? 40);

const turns = 10;
const busy = bundleOf({
  roles: [roleOf({ name: 'lead', callable: ['writer'] }), roleOf()],
  steps: [
    stepOf({ id: 'one', tool: 'files.write', input: { path: 'log.md', text: 'begun' } }),
    stepOf({
      id: 'two',
      role: 'lead',
      task: 'Lead.',
      artifact: { name: 'log', mediaType: 'text/markdown', path: 'log.md' },
    }),
    stepOf({ id: 'three', tool: 'files.list', input: { path: 'workspace:', recursive: true } }),
  ],
  replies: [
    ...Array.from({ length: turns }, (_none, at) =>
      reply('lead', at + 1, {
        toolCalls: [
          { name: 'files.write', arguments: { path: `notes/${at}.md`, text: `note ${at} ${'x'.repeat(at * 5_000)}` } },
          { name: 'files.read', arguments: { path: 'log.md' } },
          { name: 'files.list', arguments: { path: 'workspace:' } },
          { name: 'writer', arguments: { task: `Add ${at}.` } },
        ],
      }),
    ),
    reply('lead', turns + 1, { text: 'Done.' }),
    reply('writer', 1, { toolCalls: [{ name: 'files.read', arguments: { path: 'log.md' } }] }),
    reply('writer', 2, {
      toolCalls: [
        {
          name: 'files.write',
          arguments: { path: 'log.md', text: '${{ request.results[0].output.text }}\n${{ request.task }}' },
        },
      ],
    }),
    reply('writer', 3, { text: 'Added.' }),
  ],
});

const slow = bundleOf({ replies: [{ text: 'Late.', delaySeconds: 3 }] });

let root = '';
let main = '';
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'orket-crash-'));
  // The process as it is shipped: it starts faster, so more of its life is work.
  const [session] = await buildBundles(root, ['session']);
  main = session?.path ?? '';
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a session process', () => {
  it('killed at random moments leaves a journal that can be read, and the next one goes on to the same state', async () => {
    const undisturbed = await sessionIn('undisturbed');
    expect((await start(undisturbed, null)).code).toBe(0);
    const wanted = ended(await recordsOf(undisturbed));
    const random = seeded(20_260_101);
    let killed = 0;
    for (let run = 0; killed < kills; run += 1) {
      const dir = await sessionIn(`run-${run}`);
      for (let [last, here] = [0, 0]; ; here += 1) {
        // What three processes in a row did not survive people would be asked about.
        const end = await start(dir, killed < kills && here < 2 ? random() : null);
        const records = await recordsOf(dir);
        // What was durable stays, and every process that got to work adds to it.
        expect(records.length).toBeGreaterThanOrEqual(last);
        last = records.length;
        if (end.signal === null) {
          expect(end).toEqual({ code: 0, signal: null, errors: '' });
          break;
        }
        killed += 1;
      }
      const found = ended(await recordsOf(dir));
      expect(found).toEqual(wanted);
      expect(await replay(await recordingIn(dir))).toEqual({ verdict: 'same', stateDigest: wanted.stateDigest });
    }
  }, 600_000);

  it('told to terminate leaves the Session to the next one, interrupted ends it', async () => {
    const stopped = await sessionIn('stopped', slow);
    expect(await start(stopped, 0.4, 'SIGTERM')).toMatchObject({
      code: 24,
      errors: expect.stringContaining('AttemptStopped'),
    });
    expect((await recordsOf(stopped)).some(({ type }) => type === 'session.ended')).toBe(false);
    expect((await start(stopped, null)).code).toBe(0);

    const cancelled = await sessionIn('cancelled', slow);
    expect(await start(cancelled, 0.4, 'SIGINT')).toMatchObject({ code: 22 });
    expect(ended(await recordsOf(cancelled))).toMatchObject({ status: 'cancelled' });
    expect(await replay(await recordingIn(cancelled))).toMatchObject({ verdict: 'same' });
  }, 60_000);

  it('is refused a Session that another process has', async () => {
    const dir = await sessionIn('shared', slow);
    const [first, second] = await Promise.all([start(dir, null), sleep(1_500).then(() => start(dir, null))]);
    expect([first.code, second.code].toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 24]);
    expect(`${first.errors}${second.errors}`).toContain('JournalLocked');
  }, 60_000);
});

async function sessionIn(name: string, bundle: Bundle = busy): Promise<string> {
  const dir = join(root, name);
  mkdirSync(dir);
  writeFileSync(join(dir, 'bundle.json'), canonicalCopy(bundle).text);
  const spaces = { workspace: join(dir, 'workspace'), domain: null, references: {} };
  const launch = { launchVersion: 1, session: { name, uid: 'uid-1' }, provenance: {}, spaces, modelFiles: {} };
  writeFileSync(join(dir, 'launch.json'), JSON.stringify(launch));
  return dir;
}

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly errors: string;
}

/** Starts a session process and signals it after a part of how long such a process takes; never where that is null. */
async function start(
  dir: string,
  after: number | null,
  signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT' = 'SIGKILL',
): Promise<End> {
  const child = spawn(process.execPath, [main, '--dir', dir, '--progress-fd', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const begun = new Promise<void>((resolve) => {
    child.stdio[3]?.on('data', () => resolve());
    child.once('exit', () => resolve());
  });
  const end = once(child, 'close');
  if (after !== null) {
    // Half of them die while they start, the others while they work.
    if (after < 0.1) await sleep(after * 1_500);
    else await begun.then(() => sleep(after * 300));
    child.kill(signal);
  }
  const [code, killedBy]: unknown[] = await end;
  return {
    code: typeof code === 'number' ? code : null,
    signal: typeof killedBy === 'string' ? killedBy : null,
    errors,
  };
}

async function recordsOf(dir: string): Promise<readonly JournalRecord[]> {
  const records: JournalRecord[] = [];
  try {
    for await (const read of readJournal(dir)) if (read.kind === 'record') records.push(read.record);
  } catch (error) {
    // Killed before there was a journal.
    expect(error).toMatchObject({ reason: 'NotFound' });
  }
  return records;
}

function ended(records: readonly JournalRecord[]): {
  readonly status: string;
  readonly stateDigest: string;
  readonly tree: string;
} {
  const last = records.at(-1);
  if (last?.type !== 'session.ended') throw new Error(`the journal ends with ${last?.type ?? 'nothing'}`);
  const { status, stateDigest, treeDigest } = last.body;
  return { status, stateDigest, tree: treeDigest };
}

/** Numbers from 0 to 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
