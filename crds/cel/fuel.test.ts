import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../canonical/json.ts';
import { compileExpression, evaluate } from './expression.ts';
import { defaultFuel, Fuel } from './fuel.ts';
import { compileTemplate, renderTemplate } from './template.ts';

const numbers = Array.from({ length: 300 }, (_, index) => index);
const scope: JsonObject = { numbers, text: 'a'.repeat(100_000), evil: '((a*)*b?){50}c', nested: nest(400) };

function nest(depth: number): JsonObject {
  return depth === 0 ? {} : { in: nest(depth - 1) };
}

/** Doubles a value once for each level: small to write, and 2^levels to write out. */
function doubling(seed: string, levels: number): string {
  return Array.from({ length: levels }, (_, index) => `v${index}`).reduce(
    (source, name) => `${source}.map(${name}, ${name} + ${name})`,
    `[${seed}]`,
  );
}

describe('fuel', () => {
  it.each([
    ['a nested map', 'numbers.map(a, numbers.map(b, numbers.map(c, a * b * c)))'],
    ['a nested filter', 'numbers.filter(a, numbers.filter(b, numbers.exists(c, c > 1000)).size() > 0)'],
    ['a hostile pattern', 'text.matches(evil)'],
    ['a hostile literal pattern', "text.matches('(a?){200}(a?){200}(a?){200}b')"],
    ['patterns compiled in a loop', "numbers.all(n, 'a'.matches('(x{1000})' + string(n)) == false)"],
    ['findAll that looks at the rest again and again', "text.findAll('(?:a.*z)|a')"],
    ['a text that doubles', doubling("'abcdefgh'", 30)],
    ['a list that doubles', doubling('[1]', 30)],
    ['a shared value that is written out', `${doubling('[1]', 0)}${'.map(x, [x, x])'.repeat(30)}`],
    ['replacing nothing by much', "text.replace('', text)"],
    ['splitting by nothing in a loop', "numbers.map(n, text.split(''))"],
    ['equality of large values in a loop', 'numbers.all(n, numbers.all(m, numbers == numbers))'],
    [
      'distinct over much',
      `(${'numbers.map(n, n + 1000) + '.repeat(20)} numbers).map(n, [n, n]).map(n, n[0] * 7).distinct().size() > 0 && numbers.all(n, numbers.distinct().size() > 0)`,
    ],
    ['many copies of a long text', 'numbers.map(n, text)'],
  ])('ends %s in well under a second', (_name, source) => {
    const expression = compileExpression(source);
    const before = process.cpuUsage();
    expect(() => evaluate(expression, scope, new Fuel(defaultFuel))).toThrow(
      expect.objectContaining({ reason: 'FuelExhausted' }),
    );
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_000);
  });

  it('is spent in the same place every time', () => {
    const expression = compileExpression("numbers.map(n, string(n) + 'x').join(',').matches('9x$')");
    const left = [1, 2].map(() => {
      const fuel = new Fuel(defaultFuel);
      evaluate(expression, scope, fuel);
      return fuel.left;
    });
    expect(left[0]).toBe(left[1]);
    expect(left[0]).toBeLessThan(defaultFuel.limit);
  });

  it('cannot be hidden in a side of || that another side decides', () => {
    const expression = compileExpression('numbers.all(a, numbers.all(b, numbers.all(c, true))) || true');
    expect(() => evaluate(expression, scope, new Fuel(defaultFuel))).toThrow('too much work');
  });

  it('is shared by the expressions of a template', () => {
    const template = compileTemplate('${{ text }}${{ text }}');
    expect(() => renderTemplate(template, scope, new Fuel({ ...defaultFuel, limit: 20_000 }))).toThrow('too much work');
  });

  it('lets deep data and long chains through', () => {
    expect(evaluate(compileExpression('nested == nested'), scope, new Fuel(defaultFuel))).toBe(true);
    expect(evaluate(compileExpression(`${'1 + '.repeat(990)}1`), scope, new Fuel(defaultFuel))).toBe(991);
    expect(
      evaluate(compileExpression('numbers.map(a, numbers.map(b, a + b)).size()'), scope, new Fuel(defaultFuel)),
    ).toBe(300);
  });
});
