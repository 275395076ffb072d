/**
 * Records the golden journals that are not there yet: `node scripts/golden.ts`. One that is there is never written again
 * by this script: once semantics are released it changes only with a decision record.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalCopy } from '#crds';
import { goldenCases } from '../test/session/golden-cases.ts';
import { SessionRig } from '../test/session/rig.ts';

const folder = join(import.meta.dirname, '..', 'test', 'conformance', 'golden');

for (const { name, bundle, drive } of goldenCases) {
  const dir = join(folder, name);
  if (existsSync(dir)) continue;
  const rig = new SessionRig(bundle);
  try {
    await (drive === undefined ? rig.run() : drive(rig));
    const replayed = await rig.replay();
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'bundle.json'), `${canonicalCopy(bundle).text}\n`);
    writeFileSync(join(dir, 'journal.jsonl'), rig.store.lines.map((line) => `${line}\n`).join(''));
    if (rig.store.packBytes().length > 0) writeFileSync(join(dir, 'blobs.pack'), rig.store.packBytes());
    writeFileSync(join(dir, 'expected.json'), `${JSON.stringify(replayed, null, 2)}\n`);
    process.stdout.write(`${name}: ${JSON.stringify(replayed)}\n`);
  } finally {
    rig.dispose();
  }
}
