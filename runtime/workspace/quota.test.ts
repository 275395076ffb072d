import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Bundle, BundleStep } from '#crds';
import { bundleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { surviveKills } from '../../test/session/kills.ts';
import { SessionRig } from '../../test/session/rig.ts';

const limit = 10;
const tools = [toolOf('files.write', 'write')];

function write(id: string, path: string, text: string): BundleStep {
  return stepOf({ id, tool: 'files.write', input: { path, text } });
}

function limited(parts: Partial<Bundle>): Bundle {
  return bundleOf({ tools, workspace: { sizeLimitBytes: limit }, ...parts });
}

/** Five branches, of which two can write. */
const branches = limited({
  steps: [stepOf({ id: 'each', forEach: { items: '[1, 2, 3, 4, 5]', block: 'one', concurrency: 3 } })],
  blocks: [{ name: 'one', steps: [write('file', 'a.txt', '1234')] }],
});

function bytesIn(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.reduce((sum, name) => {
    const stats = statSync(join(folder, name));
    return sum + (stats.isFile() ? stats.size : 0);
  }, 0);
}

async function outcomes(rig: SessionRig): Promise<readonly string[]> {
  const ends = (await rig.records()).flatMap((record) =>
    record.type === 'call.outcome' ? [record.body.error?.reason ?? 'done'] : [],
  );
  return ends.toSorted();
}

describe('the storage of a Session', () => {
  it('is counted the same wherever the Session was killed', () =>
    surviveKills(
      limited({
        steps: [
          write('large', 'a.txt', '12345678'),
          write('smaller', 'a.txt', '12'),
          write('full', 'b.txt', '12345678'),
          write('beyond', 'c.txt', '1'),
        ],
      }),
      6,
    ));

  it('is one for all branches, which never have more together', async () => {
    const rig = new SessionRig(branches);
    onTestFinished(() => rig.dispose());
    const { status, stateDigest } = await rig.run();
    expect(status).toBe('failed');
    expect(await outcomes(rig)).toEqual(['StorageExceeded', 'StorageExceeded', 'StorageExceeded', 'done', 'done']);
    expect(bytesIn(rig.launch.spaces.workspace)).toBe(8);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });

  it.each([6, 9, 12, 15, 18])('is given back by branches that were killed after record %i', async (dieAfter) => {
    const rig = new SessionRig(branches);
    onTestFinished(() => rig.dispose());
    rig.store.dieAfter = dieAfter;
    await rig.run().catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
    const { stateDigest } = await rig.run();
    expect(await outcomes(rig)).toEqual(['StorageExceeded', 'StorageExceeded', 'StorageExceeded', 'done', 'done']);
    expect(bytesIn(rig.launch.spaces.workspace)).toBe(8);
    expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest });
  });
});
