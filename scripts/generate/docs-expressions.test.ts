import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { canonicalCopy, isJsonObject } from '../../crds/canonical/json.ts';
import { compileExpression, evaluate } from '../../crds/cel/expression.ts';
import { defaultFuel, Fuel } from '../../crds/cel/fuel.ts';
import { functions } from '../../crds/cel/functions.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/expressions.md'), 'utf8');

function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';
}

const scope = canonicalCopy(parse(block('yaml'))).value;
const lines = block('cel')
  .trim()
  .split('\n')
  .map((line) => line.split(' // '));

describe('docs/reference/expressions.md', () => {
  it.each(lines)('tells the value of %s', (source = '', result = '') => {
    if (!isJsonObject(scope)) throw new Error('the page shows no scope');
    expect(evaluate(compileExpression(source), scope, new Fuel(defaultFuel))).toEqual(JSON.parse(result));
  });

  it('names every function', () => {
    const names = [...functions.keys()].map((key) => key.replace(/^\./, '').replace(/\/.*$/, ''));
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('tells the bound on work', () => {
    expect(page).toContain(`${new Intl.NumberFormat('en').format(defaultFuel.limit)} units`);
  });
});
