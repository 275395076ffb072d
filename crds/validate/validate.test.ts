import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../test/conformance/parity-cases.ts';
import type { JsonObject, JsonValue } from '../canonical/json.ts';
import { MAX_FINDINGS } from './finding.ts';
import { validateResource } from './validate.ts';

const spec = { bandRef: { name: 'greeters' }, venueRef: { name: 'scripted' }, scoreRef: { name: 'greet' } };

function flow(changes: JsonObject = {}, rest: JsonObject = {}): JsonObject {
  const head = { apiVersion: 'orket.dev/v1alpha1', kind: 'Flow', metadata: { name: 'hello' } };
  return { ...head, spec: { ...spec, ...changes }, ...rest };
}

describe('validateResource', () => {
  it.each(cases.map((entry) => [entry.title, entry] as const))('judges as the API server does: %s', (_, entry) => {
    const { problems } = validateResource(entry.value, entry.old === undefined ? {} : { old: entry.old });
    expect(
      [...new Set(problems.map(({ path }) => path.replace(/^(metadata\.(labels|annotations))\..*/, '$1')))].toSorted(),
    ).toEqual([...entry.names].toSorted());
  });

  it('gives the object as it would be stored', () => {
    const { value, resource, problems } = validateResource(
      flow({ suspend: null, inputs: { a: null } }, { status: { phase: 'x' } }),
    );
    expect(problems).toMatchObject([{ path: 'status.phase' }]);
    expect(resource).toBeUndefined();
    expect(value).toMatchObject({ spec: { suspend: null } });

    const stored = validateResource(
      flow({ suspend: null, inputs: { a: null } }, { status: { observedGeneration: 7 } }),
    );
    expect(stored.problems).toEqual([]);
    expect(stored.resource).toMatchObject({
      spec: { suspend: false, inputs: { a: null }, limits: { depth: 5 }, trigger: { onChange: { settleSeconds: 2 } } },
      status: { observedGeneration: -1 },
    });
  });

  it('keeps the status of the stored object on an update', () => {
    const old = flow({}, { status: { observedGeneration: 3, digest: `sha256:${'0'.repeat(64)}` } });
    const { resource } = validateResource(flow({ suspend: true }, { status: { observedGeneration: 9 } }), { old });
    expect(resource?.status).toEqual({ observedGeneration: 3, digest: `sha256:${'0'.repeat(64)}` });
  });

  it('says where, what was expected, what was found and what to do', () => {
    expect(validateResource(flow({ suspned: true })).problems).toEqual([
      {
        stage: 'decode',
        reason: 'UnknownField',
        path: 'spec.suspned',
        message: 'unknown field "suspned"',
        expected:
          'one of bandRef, venueRef, scoreRef, toolsetRefs, inputSchema, inputs, trigger, suspend, sessionTemplate, workspace, limits, conductor',
        found: '"suspned": true',
        remedy: 'Did you mean "suspend"? Rename or remove the field.',
      },
    ]);
    expect(validateResource(flow({ bandRef: { name: 'The Band' } })).problems).toMatchObject([
      {
        stage: 'admission',
        reason: 'Invalid',
        path: 'spec.bandRef.name',
        found: '"The Band"',
        remedy: 'Write "the-band".',
      },
    ]);
    expect(validateResource(flow({ workspace: { domain: { path: '/etc' } } })).problems).toMatchObject([
      {
        reason: 'RuleViolated',
        message: 'the value breaks a rule',
        expected: 'that the path must be relative',
        found: '"/etc"',
        remedy: 'Remove the leading /.',
      },
    ]);
  });

  it.each<[JsonValue, string, string]>([
    [null, '', 'WrongType'],
    [[], '', 'WrongType'],
    [{ kind: 'Flow' }, 'apiVersion', 'Required'],
    [{ apiVersion: 'orket.dev/v1', kind: 'Flow' }, 'apiVersion', 'UnknownVersion'],
    [{ apiVersion: 'v1', kind: 'ConfigMap' }, 'apiVersion', 'UnknownVersion'],
    [{ apiVersion: 'orket.dev/v1alpha1' }, 'kind', 'Required'],
    [{ apiVersion: 'orket.dev/v1alpha1', kind: 'Flwo' }, 'kind', 'UnknownKind'],
    [{ apiVersion: 'orket.dev/v1alpha1', kind: 7 }, 'kind', 'UnknownKind'],
  ])('tells what %j is not', (value, path, reason) => {
    expect(validateResource(value).problems).toContainEqual(expect.objectContaining({ path, reason, stage: 'decode' }));
  });

  it('names at most a hundred problems, and says how many there are more', () => {
    const labels = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`x y ${n}`, 'v']));
    const { problems } = validateResource({ ...flow(), metadata: { name: 'hello', labels } });
    expect(problems).toHaveLength(MAX_FINDINGS + 1);
    expect(problems.at(-1)).toMatchObject({ reason: 'TooManyProblems', found: '5000' });
  });

  it('never throws, whatever it is given', () => {
    const anything = fc.jsonValue() as fc.Arbitrary<JsonValue>;
    const kinds = fc.constantFrom('Band', 'Flow', 'Policy', 'Score', 'Session', 'Toolset', 'Venue');
    fc.assert(
      fc.property(anything, anything, anything, kinds, (metadata, given, old, kind) => {
        const value = { apiVersion: 'orket.dev/v1alpha1', kind, metadata, spec: given, status: old };
        expect(validateResource(value, { old }).problems.length).toBeGreaterThan(0);
      }),
    );
  });

  it('judges again what it made, and changes nothing more', () => {
    for (const { value, old } of cases.filter(({ accepted }) => accepted)) {
      const options = old === undefined ? {} : { old };
      const once = validateResource(value, options);
      const twice = validateResource(once.value, options);
      expect(twice).toEqual(once);
    }
  });
});
