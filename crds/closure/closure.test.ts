import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { Flow, Resource } from '../generated/resources.ts';
import { checkManifests } from '../manifest/check.ts';
import { decodeManifest } from '../../test/crds/decode-manifest.ts';
import { checkClosure, resolveClosure } from './closure.ts';

interface Case {
  readonly name: string;
  readonly set: JsonObject;
  readonly expect: { readonly reason: string; readonly at: string; readonly says: string };
}

const folder = new URL('../../test/fixtures/closure/', import.meta.url);
const base = documentsOf('base.yaml');
const cases = documentsOf('cases.yaml').flatMap((document) => document as unknown as readonly Case[]);

/** The base as it is, each of its documents in YAML. */
const written = base.map((document) => stringify(document, { version: '1.1' }));

function firstOf(kind: string): number {
  return base.findIndex((document) => isJsonObject(document) && document['kind'] === kind);
}

function documentsOf(name: string): readonly JsonValue[] {
  const { documents, problems } = decodeManifest(name, readFileSync(new URL(name, folder), 'utf8'));
  expect(problems).toEqual([]);
  return documents.map(({ value }) => value);
}

/** The base with fields of the first of a kind set, written out as YAML and read again, so that problems have places. */
function resourcesWith(set: JsonObject): readonly Resource[] {
  const changed = base.map((document, at) => {
    const fields = Object.entries(set).map(([field, value]) => {
      const [kind = '', ...path] = field.split(/[.[\]]+/).filter((part) => part !== '');
      return { kind, path, value };
    });
    const here = fields.filter(({ kind }) => at === firstOf(kind));
    if (here.length === 0) return written[at];
    const copy: unknown = structuredClone(document);
    for (const { path, value } of here) assign(copy, path, value);
    return stringify(copy, { version: '1.1' });
  });
  const { resources, problems } = checkManifests(decodeManifest('all.yaml', changed.join('---\n')));
  expect(problems).toEqual([]);
  return resources;
}

function assign(target: unknown, path: readonly string[], value: JsonValue): void {
  const [key = '', ...rest] = path;
  const member: unknown = Reflect.get(Object(target), key);
  if (rest.length === 0) Reflect.set(Object(target), key, value);
  else assign(member, rest, value);
}

function flowOf(resources: readonly Resource[]): Flow {
  const flow = resources.find((resource): resource is Flow => resource.kind === 'Flow');
  if (flow === undefined) throw new Error('the base has a Flow');
  return flow;
}

describe('checkClosure', () => {
  it('takes rules of the Conductor that look at what was used, in the words of Policies', () => {
    const when = 'usage.cost > 1.5 && usage.tokens > 9 && used.cost > 0.5 && used.calls > 1';
    const rules = [{ name: 'dear', when, adjust: { op: 'pause' } }];
    expect(checkClosure(resourcesWith({ 'Flow.spec.conductor': { rules } })).problems).toEqual([]);
  });

  it('finds nothing wrong with the base', () => {
    const resources = resourcesWith({});
    expect(checkClosure(resources).problems).toEqual([]);
    const { closure } = resolveClosure(flowOf(resources), resources);
    expect(closure?.toolsets.map(({ metadata }) => metadata.name)).toEqual(['docs']);
    expect(closure?.scores.map(({ metadata }) => metadata.name)).toEqual(['inner']);
    expect(closure?.policies.map(({ metadata }) => metadata.name)).toEqual(['careful']);
  });

  it.each(cases)('finds $name', ({ set, expect: wanted }) => {
    const resources = resourcesWith(set);
    const problems = checkClosure(resources).problems;
    expect(problems.map(({ reason, path }) => [reason, path])).toEqual([[wanted.reason, wanted.at.split(' ')[1]]]);
    const [problem] = problems;
    expect(problem?.stage).toBe('closure');
    expect([problem?.message, problem?.expected, problem?.found, problem?.remedy].join(' | ')).toContain(wanted.says);
    expect(problem?.expected).not.toBe('');
    expect(problem?.found).not.toBe('');
    expect(problem?.remedy).not.toBe('');
    expect(problem?.file).toBe('all.yaml');
    expect(problem?.line).toBeGreaterThan(1);
    if (!wanted.at.startsWith('Session')) expect(resolveClosure(flowOf(resources), resources).closure).toBeUndefined();
  });

  it('tells a circle of Scores by the whole way round', () => {
    const resources = resourcesWith({}).map((resource): Resource => {
      if (resource.kind !== 'Score' || resource.metadata.name !== 'inner') return resource;
      return { ...resource, spec: { steps: [{ id: 'back', score: { name: 'steps' } }] } };
    });
    expect(checkClosure(resources).problems).toMatchObject([{ reason: 'Circle', found: 'steps -> inner -> steps' }]);
    expect(resolveClosure(flowOf(resources), resources).closure).toBeUndefined();
  });

  it('judges blocks that execute others many times over as fast as any', () => {
    const names = Array.from({ length: 32 }, (_, at) => `b${at}`);
    const blocks = names.map((name, at) => {
      const next = names[at + 1];
      const branches = Array.from({ length: 16 }, (_, branch) => ({ name: `n${branch}`, block: next ?? '' }));
      const work = next === undefined ? { tool: 'docs.list', input: { path: '.' } } : { parallel: { branches } };
      return { name, steps: [{ id: 'a', ...work }] };
    });
    const steps = [{ id: 'a', parallel: { branches: [{ name: 'n', block: 'b0' }] } }];
    expect(checkClosure(resourcesWith({ 'Score.spec': { steps, blocks } })).problems).toEqual([]);
  });

  it('refuses more Scores than one run may be made of, however deep they call each other', () => {
    const [first] = resourcesWith({}).filter(({ kind }) => kind === 'Score');
    if (first?.kind !== 'Score') throw new Error('the base has a Score');
    const chain = Array.from({ length: 100 }, (_, at): Resource => {
      const steps =
        at === 99
          ? [{ id: 'a', tool: 'docs.list', input: { path: '.' } }]
          : [{ id: 'a', score: { name: `s${at + 1}` } }];
      return { ...first, metadata: { ...first.metadata, name: at === 0 ? 'steps' : `s${at}` }, spec: { steps } };
    });
    const others = resourcesWith({}).filter(({ kind }) => kind !== 'Score');
    expect(checkClosure([...others, ...chain]).problems).toMatchObject([
      { reason: 'TooLarge', expected: 'at most 64' },
    ]);
  });

  it('warns of a Policy that applies to none of the Flows, at its selector', () => {
    const set = { 'Policy.spec.flowSelector.matchLabels': { team: 'read' } };
    const { problems, warnings } = checkClosure(resourcesWith(set));
    expect(problems).toEqual([]);
    const found = 'review with team=red';
    expect(warnings).toMatchObject([{ reason: 'NoFlow', path: 'spec.flowSelector', file: 'all.yaml', found }]);
  });

  it('says nothing of a Policy that takes the Flow, or that stands without any', () => {
    expect(checkClosure(resourcesWith({})).warnings).toEqual([]);
    const alone = resourcesWith({}).filter(({ kind }) => kind === 'Policy');
    expect(checkClosure(alone)).toEqual({ problems: [], warnings: [] });
  });

  it('warns of two rules of a Policy with one name, at the second', () => {
    const rule = { name: 'same', match: 'true', action: 'deny' };
    const rules = [rule, { ...rule, name: 'other' }, rule, { match: 'true', action: 'deny' }];
    const { problems, warnings } = checkClosure(resourcesWith({ 'Policy.spec.rules': rules }));
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([
      { reason: 'Duplicate', path: 'spec.rules[2].name', found: 'another at spec.rules[0]' },
    ]);
  });

  it('collects everything that is wrong at once, and what Flows share only once', () => {
    const resources = resourcesWith({
      'Band.spec.roles[0].tools': ['files.reed'],
      'Score.spec.steps[0].task': '${{ nothing }}',
      'Policy.spec.rules[0].match': 'call.nothing',
    });
    const flow = flowOf(resources);
    const twin: Flow = { ...flow, metadata: { ...flow.metadata, name: 'twin' } };
    expect(checkClosure([...resources, twin]).problems.map(({ reason }) => reason)).toEqual([
      'UnknownTool',
      'UnknownVariable',
      'UnknownVariable',
    ]);
  });

  it('names resources that come from no file by their kind and name', () => {
    const resources = resourcesWith({ 'Flow.spec.bandRef.name': 'nobody' }).map((resource) =>
      structuredClone(resource),
    );
    expect(checkClosure(resources).problems).toMatchObject([{ file: 'flow/review', line: 1, column: 1 }]);
  });

  it('judges resources that no Flow uses as far as they go', () => {
    const alone = resourcesWith({
      'Score.spec.steps[0].task': '${{ nothing }}',
      'Band.spec.roles[0].tools': ['other.tool'],
    });
    const problems = checkClosure(alone.filter(({ kind }) => kind === 'Score' || kind === 'Band')).problems;
    expect(problems.map(({ path }) => path)).toEqual(['spec.steps[0].task']);
  });

  it('does not call missing what is there but broken', () => {
    const text = base.map((document) => stringify(document, { version: '1.1' })).join('---\n');
    const check = (broken: string) => {
      const { resources, problems } = checkManifests(decodeManifest('all.yaml', broken));
      return [...problems, ...checkClosure(resources).problems].map(({ reason, path }) => `${reason} ${path}`);
    };
    expect(check(text.replace('prompt: You read.', 'promt: You read.'))).toEqual(['UnknownField spec.roles[0].promt']);
    expect(check(`${text}---\nkind: [\n`)).toEqual(['InvalidSyntax ']);
    expect(
      check(text.replace('name: reviewers\nspec', 'name: others\nspec').replace('kind: Venue', 'kind: Venu')),
    ).toContain('ReferenceNotFound spec.bandRef.name');
  });

  it('refuses a value over 64 KiB', () => {
    const resources = resourcesWith({ 'Session.spec.inputs': { text: 'x'.repeat(70_000) } });
    expect(checkClosure(resources).problems).toMatchObject([
      { reason: 'TooLarge', path: 'spec.inputs', found: '70011 bytes' },
    ]);
  });

  it('takes a Flow whose Sessions bring what its inputs lack', () => {
    expect(
      checkClosure(resourcesWith({ 'Flow.spec.inputs': { limits: { max: 1 } }, 'Flow.spec.trigger': {} })).problems,
    ).toEqual([]);
  });

  it('applies a Policy only to the Flows that its selector takes', () => {
    const resources = resourcesWith({ 'Flow.metadata.labels': { team: 'blue' } });
    expect(resolveClosure(flowOf(resources), resources).closure?.policies).toEqual([]);
  });

  it('takes inputs that will only be known once the run has come there', () => {
    const takes = (inputSchema: JsonObject, input: JsonObject) =>
      checkClosure(resourcesWith({ 'Band.spec.roles[1].inputSchema': inputSchema, 'Score.spec.steps[2].input': input }))
        .problems;
    const computed = '${{ steps.list.output.entries }}';
    expect(takes({ properties: { files: { type: 'array', minItems: 2 } } }, { files: computed })).toEqual([]);
    expect(takes({ properties: { a: { required: ['b'] } } }, { a: computed })).toEqual([]);
    expect(takes({ properties: { a: { uniqueItems: true } } }, { a: [computed, computed] })).toEqual([]);
    expect(takes({ oneOf: [{ properties: { a: { type: 'array' } } }, { required: ['b'] }] }, { a: computed })).toEqual(
      [],
    );
    expect(takes({ $ref: '#/$defs/n', $defs: { n: { maxProperties: 0 } } }, { a: computed })).toEqual([]);
    expect(takes({ oneOf: [{ required: ['b'] }, { required: ['c'] }] }, { a: 'known' })).not.toEqual([]);
  });

  it('has more than 50 cases of its own', () => {
    expect(isJsonArray(documentsOf('cases.yaml')[0])).toBe(true);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThan(50);
  });
});
