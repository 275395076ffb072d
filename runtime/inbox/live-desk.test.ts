import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Draft } from '../journal/record.ts';
import { createMask } from '../secrets/mask.ts';
import { folderInbox } from './folder-inbox.ts';
import { LiveDesk } from './live-desk.ts';

it('looks at what waits a few times, however much it is', async () => {
  const above = mkdtempSync(join(tmpdir(), 'orket-desk-'));
  const folder = join(above, 'inbox');
  const from = { name: 'ada', groups: [], verifiedBy: 'none' };
  mkdirSync(folder);
  for (let index = 0; index < 100; index += 1) {
    const message = { kind: 'control', id: `c${index}`, from, control: 'resume', note: '' };
    writeFileSync(join(folder, `c${index}.json`), JSON.stringify(message), { mode: 0o600 });
  }
  const inbox = folderInbox(folder);
  let looks = 0;
  const received: Draft[] = [];
  const desk = new LiveDesk({
    inbox: { ...inbox, read: () => ((looks += 1), inbox.read()) },
    trail: {
      records: [],
      append: async (draft) => void received.push(draft),
      read: () => Promise.reject(new Error('nothing was recorded before')),
    },
    recordWhole: async (value) => ({ value }),
    mask: createMask(new Map()),
    clock: () => 0,
    sleep: async () => false,
    gateDigest: () => `sha256:${'0'.repeat(64)}`,
    requester: null,
    unfit: () => null,
    unfitInput: async () => null,
    onControl: () => {},
    onAdjustment: () => {},
    failed: (error) => {
      throw error;
    },
  });
  try {
    await desk.open();
    await expect.poll(() => readdirSync(folder), { timeout: 10_000 }).toEqual([]);
    await desk.close();
    expect(received).toHaveLength(100);
    expect(looks).toBeLessThan(10);
  } finally {
    await desk.close();
    rmSync(above, { recursive: true });
  }
});
