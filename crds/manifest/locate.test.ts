import { describe, expect, it } from 'vitest';
import { locateInJson } from './locate.ts';
import { parseYaml } from './syntax.ts';

describe('locateInJson', () => {
  it.each([
    ['that YAML can read', '{\n "a": [\n  1]}', { line: 3, column: 3 }],
    ['that YAML refuses', '{\n "a": ["\u2028"]}', { line: 1, column: 1 }],
  ])('reads a text %s once, however many places are asked for', (_, text, place) => {
    let parses = 0;
    const locate = locateInJson('a.json', text, (of) => {
      parses += 1;
      return parseYaml(of);
    });
    for (let asked = 0; asked < 3; asked += 1) expect(locate('a[0]')).toEqual({ file: 'a.json', ...place });
    expect(parses).toBe(1);
  });
});
