import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ValidateFunction } from 'ajv';
import { build } from 'esbuild';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isJsonArray, isJsonObject, type JsonValue } from '../../crds/canonical/json.ts';
import { metaCheck } from '../../crds/closure/meta-check.ts';
import { kindInfos } from '../../crds/validate/kinds.ts';
import { structureCheck } from '../../crds/validate/structure-check.ts';
import { checksMade } from '../../scripts/starter/made-checks.ts';

interface Checks {
  readonly structureCheck: typeof structureCheck;
  readonly metaCheck: typeof metaCheck;
}

const checkout = join(import.meta.dirname, '../..');
let folder: string;
let made: Checks;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orket-made-checks-'));
  const contents = `
    export { structureCheck } from './crds/validate/structure-check.ts';
    export { metaCheck } from './crds/closure/meta-check.ts';`;
  const outfile = join(folder, 'checks.cjs');
  const stdin = { contents, resolveDir: checkout };
  await build({ stdin, outfile, bundle: true, platform: 'node', plugins: [checksMade] });
  expect(readFileSync(outfile, 'utf8')).not.toContain('compileSchema');
  made = (await import(pathToFileURL(outfile).href)).default;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Every manifest of the examples. */
const manifests: readonly JsonValue[] = readdirSync(join(checkout, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /^\d\d-[^/]+\/[^/]+\.yaml$/.test(file))
  .flatMap((file) => parseAllDocuments(readFileSync(join(checkout, 'examples', file), 'utf8')))
  .map((document): JsonValue => document.toJSON());

const wrong = fc.constantFrom<JsonValue>(null, true, 1.5, -1, 2 ** 40, '', ' x ', 'a'.repeat(70_000), [], {}, ['x', 1]);

/** A value with something inside it replaced; `steps` say where. */
function broken(value: JsonValue, steps: readonly number[], by: JsonValue): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return by;
  if (isJsonArray(value)) {
    const at = step % Math.max(value.length, 1);
    return value.map((item, index) => (index === at ? broken(item, rest, by) : item));
  }
  if (!isJsonObject(value)) return by;
  const keys = Object.keys(value);
  const key = keys[step % (keys.length + 1)] ?? 'unknown';
  return { ...value, [key]: broken(value[key] ?? null, rest, by) };
}

const steps = fc.array(fc.nat({ max: 12 }), { maxLength: 7 });

function verdict(check: ValidateFunction, value: JsonValue): readonly unknown[] {
  return [check(value), check.errors ?? null];
}

describe('checks that were made when it was built', () => {
  it('say of every manifest of the examples, whole and broken, what ajv says', () => {
    expect(manifests.length).toBeGreaterThan(20);
    const valid = kindInfos.map(
      ({ kind }) => manifests.filter((manifest) => made.structureCheck(kind)(manifest)).length,
    );
    expect(Math.max(...valid)).toBeGreaterThan(3);
    fc.assert(
      fc.property(fc.constantFrom(...manifests), fc.constantFrom(...kindInfos), steps, wrong, (whole, info, at, by) => {
        const own = kindInfos.find(({ kind }) => isJsonObject(whole) && whole['kind'] === kind) ?? info;
        for (const value of [whole, broken(whole, at, by)]) {
          for (const kind of [own.kind, info.kind]) {
            expect(verdict(made.structureCheck(kind), value)).toEqual(verdict(structureCheck(kind), value));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('say of JSON Schemas, whole and broken, what ajv says', () => {
    const schema: JsonValue = {
      type: 'object',
      required: ['a'],
      properties: {
        a: { type: ['string', 'null'], minLength: 1, pattern: '^x' },
        b: { type: 'array', items: { anyOf: [{ const: 1 }, { $ref: '#/$defs/c' }] }, maxItems: 3, uniqueItems: true },
      },
      $defs: { c: { enum: [1, 'x'], description: 'one of two' } },
      additionalProperties: false,
    };
    expect(verdict(made.metaCheck(), schema)).toEqual([true, null]);
    expect(made.metaCheck()({ ...schema, type: 'text' })).toBe(false);
    fc.assert(
      fc.property(steps, wrong, (at, by) => {
        const value = broken(schema, at, by);
        expect(verdict(made.metaCheck(), value)).toEqual(verdict(metaCheck(), value));
      }),
      { numRuns: 300 },
    );
  });
});
