import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../crds/errors.ts';
import { explanationsOf } from './explanations.ts';

const read = (page: string): string => readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
const { reasons, topics } = explanationsOf(read);

describe('what `orket explain` says', () => {
  it('is of every reason of the catalogue, and of the problems that errors.md lists', () => {
    expect(Object.keys(reasons)).toEqual(
      expect.arrayContaining([...Object.keys(catalogue), 'UnknownField', 'TooMany']),
    );
    expect(reasons['InvalidExpression']).toMatchObject({ code: catalogue.InvalidExpression.code });
    expect(reasons['UnknownField']).toMatchObject({ stage: 'decode' });
  });

  it('leads to no page and to no file', () => {
    expect(JSON.stringify({ reasons, topics })).not.toMatch(/\]\(|\.md|docs\//);
  });

  it('has what expressions see and can do', () => {
    const rows = topics['expressions']?.flatMap((section) => section.rows) ?? [];
    expect(rows).toContainEqual(['`inputs`', 'the inputs of the Flow, overlaid by those of the Session']);
    expect(rows.find(([on]) => on === 'operators')?.[1]).toContain('`&& || !`');
  });

  it('cannot be made of a page without its table', () => {
    expect(() => explanationsOf(() => '# Nothing\n')).toThrow('no table below');
  });
});
