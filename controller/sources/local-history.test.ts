import { mkdirSync, mkdtempSync, rmSync, writeFileSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleOf, stepOf } from '../../test/session/bundles.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { needsHistory, observeHistory } from './local-history.ts';
import type { FlowKey } from './session-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orket-history-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const mine: FlowKey = { namespace: 'default', name: 'test' };

/** Leaves the journal of a Session whose only step used that many tokens. */
async function past(name: string, tokens: number, flow: FlowKey = mine, ended = true): Promise<void> {
  const replies = [{ text: 'Done.', usage: { inputTokens: tokens, outputTokens: 0 } }];
  const rig = new SessionRig(bundleOf({ steps: [stepOf({ id: 'write', role: 'writer', task: 'Write.' })], replies }));
  rig.provenance = { flow: flow.name, namespace: flow.namespace };
  await rig.run();
  rig.dispose();
  mkdirSync(join(folder, name));
  const lines = ended ? rig.store.lines : rig.store.lines.slice(0, -1);
  writeFileSync(join(folder, name, 'journal.jsonl'), lines.map((line) => `${line}\n`).join(''));
}

describe('what earlier Sessions of a Flow used', () => {
  it('is the median of each step', async () => {
    await past('a', 10);
    await past('b', 30);
    await past('c', 1000);
    expect(await observeHistory(folder, mine)).toEqual({ sessions: 3, tokens: { write: 30 } });
  });

  it('leaves out other Flows, also those of that name in another namespace, Sessions that have not ended, and journals that cannot be read', async () => {
    await past('a', 10);
    await past('b', 30, { namespace: 'default', name: 'other' });
    await past('c', 1000, mine, false);
    await past('e', 50, { namespace: 'other', name: 'test' });
    mkdirSync(join(folder, 'd'));
    writeFileSync(join(folder, 'd', 'journal.jsonl'), '{"v":1}\n');
    expect(await observeHistory(folder, mine)).toEqual({ sessions: 1, tokens: { write: 10 } });
  });

  it('takes the newest twenty', async () => {
    await past('old', 1_000_000);
    utimesSync(join(folder, 'old', 'journal.jsonl'), 1, 1);
    for (let number = 0; number < 20; number += 1) await past(`s${number}`, 7);
    expect(await observeHistory(folder, mine)).toEqual({ sessions: 20, tokens: { write: 7 } });
  });

  it('is nothing where there was none', async () => {
    expect(await observeHistory(join(folder, 'nowhere'), mine)).toEqual({ sessions: 0, tokens: {} });
  });

  it('is looked for only where something goes by it', () => {
    expect(needsHistory(bundleOf())).toBe(false);
    expect(needsHistory(bundleOf({ conductor: { heuristics: { tokenFactor: 3 } } }))).toBe(true);
    const rule = { name: 'r', when: 'signals.tokenFactor > 2.0', adjust: { op: 'pause' } } as const;
    expect(needsHistory(bundleOf({ conductor: { rules: [rule] } }))).toBe(true);
  });
});
