import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleBodies, sampleInstant } from '../../test/conformance/store-samples.ts';
import { formatInstant } from '#crds';
import { beginning, readLine } from './chain.ts';
import { falseClaim } from './claims.ts';
import { bodyText, lineOf } from './line.ts';

const page = fs.readFileSync(join(import.meta.dirname, '../../docs/reference/journal.md'), 'utf8');
const examples = [...page.matchAll(/```json\n(.*?)\n```/gs)].flatMap(([, lines = '']) => lines.split('\n'));
const bodies = examples
  .map((line) => JSON.parse(line))
  .filter(({ body, seq }) => body !== undefined && seq === undefined);

describe('docs/reference/journal.md', () => {
  it('shows each type', () => {
    expect(new Set(bodies.map(({ type }) => type))).toEqual(new Set(Object.keys(sampleBodies)));
  });

  it.each(bodies)('shows a $type as it is written, with true digests', ({ type, path, body }) => {
    const envelope = {
      seq: 1,
      epoch: 1,
      prev: beginning.head,
      type,
      path,
      at: formatInstant(sampleInstant),
      synced: 0,
    };
    const link = readLine(lineOf(envelope, bodyText(body)).text, beginning);
    expect(link).toMatchObject({ kind: 'record', record: { type, path } });
    expect(link.kind === 'record' && falseClaim(link.record)).toBeNull();
  });

  it('shows one whole line that can be checked', () => {
    const [line = ''] = examples;
    const { seq, prev, synced } = JSON.parse(line);
    expect(readLine(line, { seq: seq - 1, head: prev, epoch: 1, synced })).toMatchObject({ kind: 'record' });
  });
});
