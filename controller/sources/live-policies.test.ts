import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLivePolicies } from './live-policies.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orket-policies-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, ...documents: readonly object[]): void {
  writeFileSync(join(folder, file), documents.map((each) => JSON.stringify(each)).join('\n---\n'));
}

interface PolicyParts {
  readonly namespace?: string;
  readonly flowSelector?: object;
}

function policy(name: string, match: string, { namespace, flowSelector }: PolicyParts = {}): object {
  return {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Policy',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { ...(flowSelector === undefined ? {} : { flowSelector }), rules: [{ match, action: 'deny' }] },
  };
}

const read = () => readLivePolicies({ manifests: folder, namespace: 'default', labels: { team: 'red' } });

describe('readLivePolicies', () => {
  it('gives the rules of the Policies that take the Flow, in any order of the files', async () => {
    const red = policy('red', "call.name == 'b'", { flowSelector: { matchLabels: { team: 'red' } } });
    const blue = policy('blue', 'true', { flowSelector: { matchLabels: { team: 'blue' } } });
    write('one.yaml', red, blue);
    write('two.yaml', policy('all', "call.name == 'a'"));
    const rules = await read();
    expect(rules).toEqual([
      { match: "call.name == 'a'", action: 'deny' },
      { match: "call.name == 'b'", action: 'deny' },
    ]);
    write('one.yaml', policy('all', "call.name == 'a'"));
    write('two.yaml', red);
    expect(await read()).toEqual(rules);
  });

  it('takes a namespace that was given for those that name none', async () => {
    write('one.yaml', policy('named', 'true', { namespace: 'team' }), policy('unnamed', 'false'));
    expect(await readLivePolicies({ manifests: folder, namespace: 'team', labels: {} })).toHaveLength(2);
    await expect(read()).rejects.toThrow('team');
  });

  it('judges nothing but Policies', async () => {
    write('flow.yaml', { apiVersion: 'orket.dev/v1alpha1', kind: 'Flow', metadata: { name: 'a' }, spec: { odd: 1 } });
    expect(await read()).toEqual([]);
  });

  it.each([
    ['a file that cannot be read', '{"apiVersion": "orket.dev/v1alpha1"', 'policies'],
    ['a Policy with an unknown field', JSON.stringify({ ...policy('a', 'true'), sepc: {} }), 'sepc'],
    ['a rule that never gives a boolean', JSON.stringify(policy('a', 'call.depth')), 'never gives a boolean'],
  ])('refuses %s', async (_what, text, said) => {
    writeFileSync(join(folder, 'policies.yaml'), text);
    await expect(read()).rejects.toThrow(said);
  });

  it('gives null where the manifests are gone', async () => {
    const place = { manifests: join(folder, 'gone'), namespace: 'default', labels: {} };
    expect(await readLivePolicies(place)).toBeNull();
  });
});
