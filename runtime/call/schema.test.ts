import { describe, expect, it } from 'vitest';
import { semanticsOf } from '../semantics/semantics.ts';
import { Schemas } from './schema.ts';

const schemas = new Schemas();
const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^[a-z]+$' },
    tags: { type: 'array', items: { enum: ['a', 'b'] }, maxItems: 2 },
    size: { type: ['integer', 'null'], minimum: 1 },
  },
  required: ['name'],
  additionalProperties: false,
};

describe('a schema', () => {
  it.each([
    [{ name: 'x' }, ''],
    [{}, 'the value lacks "name"'],
    [[], 'the value must be of type "object"'],
    [{ name: 'X' }, '/name must meet pattern "^[a-z]+$"'],
    [{ name: 'x', other: 1 }, 'the value may not have "other"'],
    [{ name: 'x', tags: ['c'] }, '/tags/0 must be one of ["a","b"]'],
    [{ name: 'x', size: 'big' }, '/size must be of type "integer" or "null"'],
    [{ name: 'x', size: 0 }, '/size must meet minimum 1'],
    [{ name: 1, tags: ['a', 'b', 'a'] }, '/name must be of type "string"; /tags must meet maxItems 2'],
  ])('says of %j what is wrong in our own words', async (value, said) => {
    const mismatches = await schemas.mismatches(schema, value);
    expect(
      mismatches.length === 0
        ? ''
        : semanticsOf(1).messages.inputRefused(mismatches).replace('the input does not meet its schema: ', ''),
    ).toBe(said);
  });

  it('may name the dialect it is written in', async () => {
    const dialect = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'string' };
    expect(await schemas.mismatches(dialect, 'x')).toEqual([]);
    expect(await schemas.mismatches(dialect, 1)).toHaveLength(1);
  });

  it('tells its patterns apart', async () => {
    const patterns = { type: 'object', properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } };
    expect(await schemas.mismatches(patterns, { a: 'a', b: 'b' })).toEqual([]);
    expect((await schemas.mismatches(patterns, { a: 'b', b: 'a' })).map(({ at }) => at)).toEqual(['/a', '/b']);
  });

  it('takes time in proportion to the text for patterns that make others hang', async () => {
    const started = performance.now();
    await schemas.mismatches({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('may have the id of another', async () => {
    for (const type of ['string', 'number'])
      expect(await schemas.mismatches({ $id: 'https://example.org/x', type }, 1)).toHaveLength(
        type === 'string' ? 1 : 0,
      );
  });

  it('never fetches another document', async () => {
    await expect(schemas.mismatches({ $ref: 'https://example.org/a.json' }, 1)).rejects.toMatchObject({
      reason: 'InvalidSchema',
    });
  });
});
