import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/conformance/store-samples.ts';
import { replaceDurably } from './durable-file.ts';
import { inlineFileOps } from './file-ops.ts';

describe('a file that is replaced', () => {
  it('is whole, and takes nothing away from another process that replaces it at the same time', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'session.yaml');
    const asides: string[] = [];
    const ops = {
      ...inlineFileOps,
      create: (aside: string) => {
        asides.push(aside);
        return inlineFileOps.create(aside);
      },
    };
    const other = join(folder, `.session.yaml.${process.ppid}.new`);
    fs.writeFileSync(other, 'half');
    replaceDurably(path, 'whole', ops);
    expect(asides).not.toContain(other);
    expect(fs.readFileSync(path, 'utf8')).toBe('whole');
    expect(fs.readdirSync(folder).toSorted()).toEqual([`.session.yaml.${process.ppid}.new`, 'session.yaml']);
  });

  it('may have a name as long as names can be', () => {
    const path = join(temporaryFolder(), 'ä'.repeat(127));
    replaceDurably(path, 'whole');
    expect(fs.readFileSync(path, 'utf8')).toBe('whole');
  });
});
