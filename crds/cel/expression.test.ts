import { describe, expect, it } from 'vitest';
import { parseJson, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { compileExpression, evaluate, evaluateCondition } from './expression.ts';
import { defaultFuel, Fuel } from './fuel.ts';

const scope: JsonObject = {
  inputs: {
    name: 'Ada',
    count: 3,
    ratio: 2.5,
    whole: 2,
    flag: true,
    tags: ['b', 'a', 'b'],
    none: null,
    'a-b': { c: 1 },
  },
  steps: {
    review: {
      output: {
        files: [
          { path: 'a.ts', lines: 10 },
          { path: 'b.ts', lines: 30 },
        ],
      },
      status: 'Succeeded',
    },
  },
  text: 'héllo 😀 world',
};

function run(source: string, over: JsonObject = scope): JsonValue {
  return evaluate(compileExpression(source), over, new Fuel(defaultFuel));
}

describe('evaluate', () => {
  it.each<[string, JsonValue]>([
    // Literals and JSON in and out.
    ['1 + 2 * 3', 7],
    ['0x10', 16],
    ['1.5e1', 15],
    ["'it\\'s' + \"!\"", "it's!"],
    ["r'a\\b'", 'a\\b'],
    ['null', null],
    ["{'a': 1, 'b': ['x', null, 2.5]}", { a: 1, b: ['x', null, 2.5] }],
    ["{'__proto__': 1}", parseJson('{"__proto__": 1}')],
    ['-9223372036854775808 < 0', true],
    // Numbers.
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['-7 % 2', -1],
    ['inputs.count + 1', 4],
    ['inputs.whole * 1.5', 3],
    ['inputs.ratio + 1.0', 3.5],
    ['inputs.ratio > inputs.whole', true],
    ['inputs.whole == 2.0', true],
    ['-inputs.count', -3],
    ['double(inputs.count) / 2.0', 1.5],
    ["int('42') + int(2.9)", 44],
    ['string(inputs.count) + string(true) + string(0.5)', '3true0.5'],
    ["bool('true')", true],
    ["double('1e3')", 1000],
    // Logic, with errors that a deciding side absorbs.
    ['inputs.flag ? 1 : 2', 1],
    ['true || inputs.nothing', true],
    ['inputs.nothing || true', true],
    ['inputs.nothing && false', false],
    ['!inputs.flag', false],
    ['dyn(1) == dyn("a")', false],
    // Access.
    ["inputs['a-b'].c", 1],
    ['inputs.tags[1]', 'a'],
    ['has(inputs.name)', true],
    ['has(inputs.nothing)', false],
    ['has(inputs.none)', true],
    ["has(inputs['a-b'].c)", true],
    ["'name' in inputs && 'a' in inputs.tags && !('z' in inputs.tags)", true],
    // Macros.
    ['steps.review.output.files.map(f, f.lines)', [10, 30]],
    ['steps.review.output.files.map(f, f.lines > 20, f.path)', ['b.ts']],
    ['steps.review.output.files.filter(f, f.lines > 20).size()', 1],
    ['[1, 2, 3].all(x, x > 0)', true],
    ['[1, 2, 3].exists(x, x > 2)', true],
    ["['a', 1].exists(x, x > 0)", true],
    ['[1, 2, 2].exists_one(x, x == 2)', false],
    ["{'b': 1, 'a': 2}.map(k, k)", ['a', 'b']],
    [
      '[1, 2].map(x, [3, 4].map(y, x * y))',
      [
        [3, 4],
        [6, 8],
      ],
    ],
    ['[1].map(x, [2].map(x, x))', [[2]]],
    // Types.
    ['type(1) == int && type(1.5) == double && type("") == string && type([]) == list', true],
    ['type({}) == map && type(null) == null_type && type(true) == bool && type(int) == type', true],
    // Strings, by code points.
    ['size(text)', 13],
    ['text.size() == size(text)', true],
    ['text.charAt(6)', '😀'],
    ['text.substring(6, 8)', '😀 '],
    ["text.indexOf('world')", 8],
    ["'abcabc'.indexOf('c', 3)", 5],
    ["'abcabc'.lastIndexOf('b')", 4],
    ["'abc'.indexOf('z')", -1],
    ["'Straße É'.upperAscii()", 'STRAßE É'],
    ["'ÀB'.lowerAscii()", 'Àb'],
    ["'\\u0085 a b\\u00a0'.trim()", 'a b'],
    ["'a,b,c'.split(',')", ['a', 'b', 'c']],
    ["'a,b,c'.split(',', 2)", ['a', 'b,c']],
    ["'a,b'.split(',', 0)", []],
    ["'😀b'.split('')", ['😀', 'b']],
    ["['a', 'b'].join('-') + ['c', 'd'].join()", 'a-bcd'],
    ["'aaa'.replace('a', '$&')", '$&$&$&'],
    ["'aaa'.replace('a', 'b', 2)", 'bba'],
    ["'ab'.replace('', '-')", '-a-b-'],
    ["'hello'.contains('ell') && 'hello'.startsWith('he') && 'hello'.endsWith('lo')", true],
    ["'abc'.matches('^[a-c]+$') && !'abcd'.matches('^[a-c]+$') && 'xaby'.matches('ab')", true],
    ["'issue 12 and 34'.find('[0-9]+')", '12'],
    ["'issue 12 and 34'.findAll('[0-9]+')", ['12', '34']],
    ["'a' < 'b' && '\\U0001F600' > '\\uffee'", true],
    // Lists.
    ['inputs.tags.distinct()', ['b', 'a']],
    ['inputs.tags.sort()', ['a', 'b', 'b']],
    ['[3, 1, 2].min() + [3, 1, 2].max() + [3, 1, 2].sum()', 10],
    ['[1, 2, 3, 4].slice(1, 3)', [2, 3]],
    ['[[1], [2, [3]]].flatten()', [1, 2, [3]]],
    ['[[1], [2, [3]]].flatten(2)', [1, 2, 3]],
    ['[1, 2, 1].indexOf(1) + [1, 2, 1].lastIndexOf(1)', 2],
    ['[1, 2].isSorted() && ![2, 1].isSorted()', true],
    ['[1, 2].reverse() + [0]', [2, 1, 0]],
    ["{'a': 1, 'b': 2} == {'b': 2.0, 'a': 1}", true],
  ])('%s', (source, expected) => {
    expect(run(source)).toEqual(expected);
  });

  it.each([
    ['9223372036854775807 + 1', 'integer overflow'],
    ['-(-9223372036854775808)', 'integer overflow'],
    ['9007199254740992', 'not safe in JSON'],
    ['1.0 / 0.0', 'no form in JSON'],
    ['1 / 0', 'division by zero'],
    ['inputs.nothing', 'no such key; expected one of "a-b", "count"'],
    ['nothing.x', 'no such variable'],
    ['inputs.name.first', 'a string has no fields'],
    ['inputs.tags[3]', 'outside the list'],
    ['inputs.tags[dyn("a")]', 'list[string]'],
    ['inputs.name + inputs.count', '"+" does not work on these types; found string, int'],
    ['inputs.name < inputs.count', 'string, int'],
    ['inputs.count ? 1 : 2', 'true or false; found int'],
    ['inputs.nothing || false', 'no such key'],
    ['[1, 2].exists(x, inputs.nothing == x)', 'no such key'],
    ['type(1)', 'a type is no JSON value'],
    ['{1: 2}', 'keys are strings'],
    ["{'a': 1, 'a': 2}", '"a" again'],
    ["int('1e3')", 'cannot convert to int'],
    ["'a'.matches(inputs.name + '(')", 'no regular expression of RE2'],
    ["[1, 'a'].sort()", 'does not work on these types'],
    ["['a', 1].join()", 'list of strings'],
  ])('%s fails: %s', (source, message) => {
    expect(() => run(source)).toThrow(expect.objectContaining({ reason: 'EvaluationFailed' }));
    expect(() => run(source)).toThrow(message);
  });

  it('says where in the expression it failed', () => {
    expect(() => run('inputs.count + inputs.nothing')).toThrow('character 23 of "inputs.count + inputs.nothing"');
    expect(() => run('inputs.tags.map(t, t + inputs.count)')).toThrow('character 20 of');
  });

  it('wants a boolean of a condition', () => {
    expect(evaluateCondition(compileExpression('inputs.count == 3'), scope, new Fuel(defaultFuel))).toBe(true);
    expect(() => evaluateCondition(compileExpression('inputs.count'), scope, new Fuel(defaultFuel))).toThrow(
      'true or false',
    );
  });
});

describe('compileExpression', () => {
  it.each([
    ['1 +', 'character 4', 'the end'],
    ['', 'character 1', 'the end'],
    ['1 + "a"', 'character 1', 'int + string'],
    ['inputs.a b', 'character 10', 'Unexpected'],
    ['nope(1)', 'character 1', 'no function nope() with 1 argument'],
    ["'a'.split()", 'character', 'no function .split() with 0 arguments'],
    ['timestamp("2026-01-01T00:00:00Z")', 'character 1', 'no function timestamp()'],
    ['inputs.map(x.y, 1)', 'character 14', 'iteration variable'],
    ['has(inputs)', 'character 1', 'has(inputs.name)'],
    ['b"bytes"', 'character', 'bytes are not supported'],
    ['1u', 'character 1', 'unsigned'],
    ['9223372036854775808', 'character 1', '64 bits'],
    ["'a'.matches('(')", 'character 13', 'RE2'],
    ["'a'.matches('(?=a)')", 'character 13', 'RE2'],
    ["'a'.matches('(a{1000}){1000}')", 'character 13', 'RE2'],
    ['inputs.?a', 'character', 'QUESTION'],
  ])('refuses %s at %s', (source, at, found) => {
    const detail = expect.objectContaining({ remedy: expect.stringContaining('orket explain expressions') });
    expect(() => compileExpression(source)).toThrow(expect.objectContaining({ reason: 'InvalidExpression', detail }));
    expect(() => compileExpression(source)).toThrow(at);
    expect(() => compileExpression(source)).toThrow(found);
  });

  it.each([
    ['a long text', `'${'a'.repeat(20_000)}'`],
    ['many nodes', '1+'.repeat(2_000).concat('1')],
    ['deep parentheses', '('.repeat(2_000).concat('1', ')'.repeat(2_000))],
    ['many minus signs', '-'.repeat(10_000).concat('1')],
    ['as many minus signs as fit', '-'.repeat(16_000).concat('1')],
    ['deep lists', '['.repeat(2_000).concat(']'.repeat(2_000))],
    ['half a surrogate pair', '"\ud800"'],
  ])('refuses %s without overflowing the stack', (_name, source) => {
    expect(() => compileExpression(source)).toThrow(expect.objectContaining({ reason: 'InvalidExpression' }));
  });

  it('takes texts of nothing but signs', () => {
    expect(run(`'${'-'.repeat(2_000)}' == "${'-'.repeat(2_000)}"`)).toBe(true);
  });

  it('tells the variables that an expression uses, and not those of its macros', () => {
    const { variables } = compileExpression(
      'has(steps.a.output) && steps["b-c"].output.files.all(f, f.size < inputs.max) || type(item) == int',
    );
    expect(variables).toEqual([
      { name: 'steps', members: ['a', 'output'], at: 4 },
      { name: 'steps', members: ['b-c', 'output', 'files'], at: 23 },
      { name: 'inputs', members: ['max'], at: 65 },
      { name: 'item', members: [], at: 85 },
    ]);
  });

  it('sees a step whose name is computed as one without a name', () => {
    expect(compileExpression('steps[inputs.x].output').variables).toEqual([
      { name: 'steps', members: [], at: 0 },
      { name: 'inputs', members: ['x'], at: 6 },
    ]);
  });
});
