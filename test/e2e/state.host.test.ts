import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileState } from '../../runtime/state/file-state.ts';
import { closure, flow, score, scripted } from './manifests.ts';
import { Sandbox, type Running } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** Gets a number, thinks for a while where it is told to, and puts the next one. */
function counting(thinkSeconds: number): string {
  return sandbox.manifests(
    'count.yaml',
    closure({
      flow: flow({ spec: { sessionTemplate: { maxAttempts: 10 } } }),
      venue: scripted({ text: 'thought', delaySeconds: thinkSeconds }),
      score: score(
        { id: 'before', tool: 'state.get', input: { key: 'count' } },
        { id: 'think', role: 'worker', task: 'Think.' },
        {
          id: 'after',
          tool: 'state.put',
          input: {
            key: 'count',
            value: '${{ steps.before.output.version + 1 }}',
            version: '${{ steps.before.output.version }}',
          },
        },
        { id: 'rest', role: 'worker', task: 'Rest.' },
      ),
    }),
  );
}

function count(namespace = 'default', state = sandbox.state): Promise<unknown> {
  return fileState({ dir: join(state, 'state', namespace, 'demo'), wait: (ms) => sleep(ms) }).get('count');
}

/** The session process of a command line, null where there is none. */
function sessionProcess({ child }: Running): number | null {
  const pid = child.pid ?? 0;
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return children.length === 0 ? null : Number(children.at(-1));
  } catch {
    return null;
  }
}

/** Waits until the journal of the newest Session has such a record of the put. */
async function recorded(known: readonly string[], type: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(1)) {
    const session = sandbox.sessions().find((name) => !known.includes(name));
    const journal = session === undefined ? '' : sandbox.sessionFile(session, 'journal.jsonl');
    const lines = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n') : [];
    if (lines.some((line) => line.includes('"path":"after#1') && line.includes(`"type":"${type}"`))) return;
  }
  throw new Error(`no ${type}`);
}

describe('state of a Flow in a checkout', () => {
  it('is there for the next run, stays out of git, and is not asked for by a replay', async () => {
    const path = counting(0);
    for (const version of [1, 2]) {
      expect(await sandbox.orket('run', path)).toMatchObject({ code: 0 });
      expect(await count()).toEqual({ value: version, version });
    }
    expect(readFileSync(join(sandbox.state, '.gitignore'), 'utf8')).toContain('*');
    expect(readdirSync(join(sandbox.state, 'state', 'default'))).toEqual(['demo']);
    const [first = ''] = sandbox.sessions();
    expect(await sandbox.orket('replay', first)).toMatchObject({ code: 0 });
    expect(await count()).toEqual({ value: 2, version: 2 });
  }, 60_000);

  it('is another one for the Flow of that name in another namespace', async () => {
    const path = counting(0);
    for (const namespace of ['red', 'blue', 'red']) {
      expect(await sandbox.orket('run', path, '-n', namespace)).toMatchObject({ code: 0 });
    }
    expect(await count('red')).toEqual({ value: 2, version: 2 });
    expect(await count('blue')).toEqual({ value: 1, version: 1 });
  }, 60_000);

  it('is the own of a copy of it, whatever came along with that', async () => {
    expect(await sandbox.orket('run', counting(0))).toMatchObject({ code: 0 });
    const [first = ''] = sandbox.sessions();
    const copy = join(sandbox.path, 'copy', '.orket');
    cpSync(sandbox.state, copy, { recursive: true });
    expect(await sandbox.orket('retry', first, '--state', copy)).toMatchObject({ code: 0 });
    expect(await count('default', copy)).toEqual({ value: 2, version: 2 });
    expect(await count()).toEqual({ value: 1, version: 1 });
    rmSync(join(copy, 'state'), { recursive: true });
    symlinkSync(join(sandbox.state, 'state'), join(copy, 'state'));
    expect(await sandbox.orket('retry', first, '--state', copy)).toMatchObject({
      output: expect.stringContaining('PathRefused'),
    });
    expect(await count()).toEqual({ value: 1, version: 1 });
  }, 60_000);

  it('is put once by a Session that is killed around its put, whatever the moment', async () => {
    const path = counting(1);
    const moments = [
      ['step.started', 0],
      ['call.intent', 2],
      ['call.outcome', 0],
    ] as const;
    let kills = 0;
    for (const [index, [type, ms]] of moments.entries()) {
      const known = sandbox.sessions();
      const running = sandbox.start(['run', path]);
      await recorded(known, type);
      if (ms > 0) await sleep(ms);
      const pid = sessionProcess(running);
      if (pid !== null) {
        process.kill(pid, 'SIGKILL');
        kills += 1;
      }
      expect(await running.ended).toMatchObject({ code: 0 });
      expect(await count()).toEqual({ value: index + 1, version: index + 1 });
    }
    expect(kills).toBe(moments.length);
  }, 120_000);

  it('is never overwritten unseen by two Sessions at once: one puts, the other is told', async () => {
    const path = counting(1);
    const ends = await Promise.all([sandbox.orket('run', path), sandbox.orket('run', path)]);
    // A machine with much else to do may run them one after the other.
    const lost = ends.filter(({ code }) => code !== 0);
    for (const { code, output } of lost) {
      expect({ code, output }).toEqual({ code: 20, output: expect.stringContaining('StateConflict') });
    }
    const version = ends.length - lost.length;
    expect(version).toBeGreaterThan(0);
    expect(await count()).toEqual({ value: version, version });
  }, 60_000);
});
