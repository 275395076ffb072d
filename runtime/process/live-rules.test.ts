import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLiveRules } from './live-rules.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orket-rules-'));
  file = join(folder, 'policies.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

function replace(text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const deny = [{ match: "call.risk == 'write'", action: 'deny' }];

describe('live rules', () => {
  it('are none without a file, and as the file has them from then on', () => {
    const rules = openLiveRules(file);
    expect(rules()).toEqual([]);
    replace(JSON.stringify(deny));
    expect(rules()).toEqual(deny);
    expect(rules()).toBe(rules());
    replace('[]');
    expect(rules()).toEqual([]);
  });

  it.each([
    ['no JSON', '[{'],
    ['no list', '{}'],
    ['a rule without an action', '[{"match": "true"}]'],
    ['a rule with more than rules have', '[{"match": "true", "action": "deny", "then": "go"}]'],
    ['a rule that does not parse', '[{"match": "call.", "action": "deny"}]'],
    ['more than any Policies say', `[${' '.repeat(4 * 1024 * 1024)}]`],
  ])('are refused at the start and kept as they were later where the file holds %s', (_what, text) => {
    replace(JSON.stringify(deny));
    const rules = openLiveRules(file);
    replace(text);
    expect(rules()).toEqual(deny);
    expect(() => openLiveRules(file)).toThrow();
  });
});
