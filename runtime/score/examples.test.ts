import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { projectBundle, resolveClosure, validateResource, type Bundle, type Resource } from '#crds';
import { Rigs } from '../../test/session/governed.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/concepts/score.md'), 'utf8');

/** The manifests of the page, each block with what stands under it. */
const blocks = [...page.matchAll(/^```yaml\n(apiVersion[^]*?)^```$(?:\n\n```json\n([^]*?)^```$)?/gm)].map(
  ([, yaml = '', json]) => ({ resources: resourcesIn(yaml), comesTo: json === undefined ? null : JSON.parse(json) }),
);
const shared = blocks.filter(({ comesTo }) => comesTo === null).flatMap(({ resources }) => resources);
const examples = blocks.flatMap(({ resources, comesTo }) => {
  return comesTo === null ? [] : [{ name: resources[0]?.metadata.name ?? '', resources, comesTo }];
});

function resourcesIn(yaml: string): readonly Resource[] {
  return parseAllDocuments(yaml).flatMap((document) => validateResource(document.toJS()).resource ?? []);
}

function bundleWith(scores: readonly Resource[], name: string): Bundle {
  const flow = shared.find(({ kind }) => kind === 'Flow');
  if (flow?.kind !== 'Flow') throw new Error('the page has a Flow');
  const own = { ...flow, spec: { ...flow.spec, scoreRef: { name } } };
  const { closure, problems } = resolveClosure(own, [...shared.filter((one) => one !== flow), own, ...scores]);
  expect(problems).toEqual([]);
  if (closure === undefined) throw new Error('the example is whole');
  return projectBundle(closure);
}

const rigs = new Rigs();
afterEach(() => rigs.dispose());

describe('the examples of docs/concepts/score.md', () => {
  it('show every kind of step and all that a step can be told', () => {
    const told = new Set(JSON.stringify(examples.map(({ resources }) => resources)).match(/(?<=")\w+(?=":)/g));
    for (const field of ['role', 'tool', 'score', 'approval', 'parallel', 'forEach']) expect(told).toContain(field);
    for (const field of ['when', 'until', 'retry', 'timeoutSeconds', 'outputSchema', 'artifact', 'task', 'input'])
      expect(told).toContain(field);
  });

  it.each(examples)('$name comes to what stands under it', async ({ name, resources, comesTo }) => {
    const rig = rigs.ofBundle(bundleWith(resources, name));
    if ((await rig.attempt()).status === 'parked') {
      for (const { gate, gateDigest } of await rig.gates()) rig.inbox.decide({ gate, gateDigest, verdict: 'approve' });
    }
    const { result, error } = await rig.run();
    expect(error === null ? result : { failed: error.reason }).toEqual(comesTo);
  });
});
