import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../canonical/json.ts';
import { defaultFuel, Fuel } from './fuel.ts';
import { compileTemplate, mapTemplates, renderTemplate, renderText, renderValue } from './template.ts';

const scope: JsonObject = { inputs: { name: 'Ada', count: 3, tags: ['b', 'a'], map: { z: 1, a: null } } };

function render(text: string): JsonValue {
  return renderTemplate(compileTemplate(text), scope, new Fuel(defaultFuel));
}

describe('renderTemplate', () => {
  it.each<[string, JsonValue]>([
    ['plain', 'plain'],
    ['', ''],
    ['${{ inputs.count }}', 3],
    ['${{ inputs.tags }}', ['b', 'a']],
    [' ${{ inputs.count }}', ' 3'],
    ['Hello ${{ inputs.name }}!', 'Hello Ada!'],
    ['${{inputs.name}}${{inputs.name}}', 'AdaAda'],
    ['tags: ${{ inputs.tags }}, map: ${{ inputs.map }}', 'tags: ["b","a"], map: {"a":null,"z":1}'],
    ["${{ {'a': {'b': 1}} }}", { a: { b: 1 } }],
    ["${{ {'a': {'b': {}}}}}", { a: { b: {} } }],
    ["${{ '}}' }} and ${{ \"{{'\" }}", "}} and {{'"],
    ["x${{ '''it's }}''' }}", "xit's }}"],
    ['${{ inputs.count // a comment } with " in it\n}}', 3],
    ['$${{ inputs.name }}', '${{ inputs.name }}'],
    ['$$${{ inputs.name }}', '$${{ inputs.name }}'],
    ['$${{ ${{ inputs.name }} }}', '${{ Ada }}'],
    ['$100 and {{ braces }} and }}', '$100 and {{ braces }} and }}'],
  ])('%s', (text, expected) => {
    expect(render(text)).toEqual(expected);
  });

  it.each(['${{', '${{ inputs.name }', "${{ 'open }}", "a ${{ {'a': 1 }}", '${{ "\\" }}'])('refuses %s', (text) => {
    expect(() => compileTemplate(text)).toThrow(expect.objectContaining({ reason: 'InvalidExpression' }));
  });

  it('refuses an unclosed expression of hostile quotes quickly', () => {
    const start = performance.now();
    expect(() => compileTemplate('${{ '.concat("'''\\".repeat(16_000)))).toThrow('not closed');
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('writes a lone value as text where only text makes sense', () => {
    expect(renderText(compileTemplate('${{ inputs.tags }}'), scope, new Fuel(defaultFuel))).toBe('["b","a"]');
    expect(renderText(compileTemplate('${{ inputs.name }}'), scope, new Fuel(defaultFuel))).toBe('Ada');
  });
});

describe('renderValue', () => {
  it('renders strings at any depth and leaves keys and other values alone', () => {
    const value = { 'k${{ 1 }}': ['${{ inputs.count }}', 7, { deep: 'x${{ inputs.count }}', escaped: '$${{ a }}' }] };
    expect(renderValue(value, scope, new Fuel(defaultFuel))).toEqual({
      'k${{ 1 }}': [3, 7, { deep: 'x3', escaped: '${{ a }}' }],
    });
  });

  it('names the place of each string', () => {
    const paths: string[] = [];
    mapTemplates({ a: ['x', { b: 'y' }], c: 'z' }, (text, path) => {
      paths.push(`${path}=${text}`);
      return text;
    });
    expect(paths).toEqual(['a[0]=x', 'a[1].b=y', 'c=z']);
  });
});
