import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { OrketError } from '../errors.ts';
import { isFault, shown } from './fault.ts';
import { functions } from './functions.ts';
import { Pattern } from './pattern.ts';
import type { Macro, Node } from './syntax.ts';
import type { CelValue } from './value.ts';
import { Double } from './value.ts';

/** Longer expressions are refused. */
export const MAX_SOURCE = 16_384;

const MAX_DEPTH = 64;

/** The library counts signs in front of a value only once it has read them all, and its stack ends before. */
const manySigns = /(?:[-!]\s*){1000}/;
const texts = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs;

/** The library knows these functions of Kubernetes only when told; it parses and checks types, and never runs them. */
const declarations = [
  'list.distinct(): list<dyn>',
  'list.isSorted(): bool',
  'list.sort(): list<dyn>',
  'list.min(): dyn',
  'list.max(): dyn',
  'list.sum(): dyn',
  'list.reverse(): list<dyn>',
  'list.slice(int, int): list<dyn>',
  'list.flatten(): list<dyn>',
  'list.flatten(int): list<dyn>',
  'list.indexOf(dyn): int',
  'list.lastIndexOf(dyn): int',
  'string.replace(string, string): string',
  'string.replace(string, string, int): string',
  'string.charAt(int): string',
  'string.find(string): string',
  'string.findAll(string): list<string>',
  'string.findAll(string, int): list<string>',
];

const environment = declarations.reduce(
  (known, declaration) => known.registerFunction(declaration, () => null),
  new Environment({
    unlistedVariablesAreDyn: true,
    // Lists and maps are JSON here, and JSON mixes types.
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 2_000, maxDepth: MAX_DEPTH, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 8 },
  }),
);

/**
 * Parses CEL and checks its types as far as literals tell them. Throws `InvalidExpression` with the place in the text
 * for syntax, types, unknown functions, texts over 16 KiB and trees over 2,000 nodes.
 */
export function parse(source: string): Node {
  if (source.length > MAX_SOURCE || !source.isWellFormed()) {
    throw new OrketError('InvalidExpression', 'the expression is too long or not well-formed Unicode', {
      expected: `at most ${MAX_SOURCE} characters`,
      found: `${source.length} characters`,
      remedy: 'Split it, or let a step work the value out.',
    });
  }
  if (manySigns.test(source.replaceAll(texts, ''))) throw tooDeep(source);
  try {
    const parsed = environment.parse(source);
    const node = convert(parsed.ast);
    const checked = parsed.check();
    // The library wants `has(a.b.c)` alone, Kubernetes and we take `has(a["b"].c)`; `convert` has looked at it.
    if (checked.error !== undefined && checked.error.code !== 'invalid_macro_argument') throw checked.error;
    return node;
  } catch (error) {
    throw invalid(source, error);
  }
}

/** Where a place in an expression is, for messages. */
export function placeIn(source: string, offset: number): string {
  return `character ${offset + 1} of ${shown(source)}`;
}

function invalid(source: string, error: unknown): OrketError {
  if (error instanceof OrketError) return error;
  if (!isLibraryError(error)) throw error;
  const at = error.range?.start ?? 0;
  const piece = source.slice(at, error.range?.end);
  return new OrketError('InvalidExpression', 'not a valid expression', {
    at: placeIn(source, at),
    expected: 'a CEL expression',
    found: `${piece === '' ? 'the end' : shown(piece)} (${error.summary})`,
    remedy: 'Texts stand in quotes, == compares, && and || combine; `orket explain expressions` has all of it.',
  });
}

function tooDeep(source: string): OrketError {
  return new OrketError('InvalidExpression', 'the expression is nested too deeply', {
    expected: `at most ${MAX_DEPTH} levels`,
    found: shown(source),
    remedy: 'Split it, or let a step work the value out.',
  });
}

interface LibraryError {
  readonly summary: string;
  readonly range?: { readonly start: number; readonly end: number };
}

/** Parse and type errors of the library are not one class; anything else is a bug and goes on as it is. */
function isLibraryError(error: unknown): error is LibraryError & Error {
  return error instanceof ParseError || (error instanceof Error && 'summary' in error && 'code' in error);
}

class Reject extends Error {
  readonly summary: string;
  readonly code = 'rejected';
  readonly range: { readonly start: number; readonly end: number };

  constructor(summary: string, node: ASTNode) {
    super(summary);
    this.summary = summary;
    this.range = node.range;
  }
}

function convert(node: ASTNode): Node {
  const at = node.pos;
  switch (node.op) {
    case 'value':
      return { kind: 'literal', at, value: literal(node.args, node) };
    case 'id':
      return { kind: 'name', at, name: node.args };
    case '.':
      return { kind: 'member', at, of: convert(node.args[0]), name: node.args[1] };
    case '[]':
      return { kind: 'index', at, of: convert(node.args[0]), key: convert(node.args[1]) };
    case 'list':
      return { kind: 'list', at, items: node.args.map(convert) };
    case 'map':
      return { kind: 'map', at, entries: node.args.map(([key, value]) => [convert(key), convert(value)]) };
    case '?:':
      return {
        kind: 'conditional',
        at,
        test: convert(node.args[0]),
        yes: convert(node.args[1]),
        no: convert(node.args[2]),
      };
    case '||':
    case '&&':
      return { kind: 'logic', at, or: node.op === '||', left: convert(node.args[0]), right: convert(node.args[1]) };
    case '!_':
      return { kind: 'not', at, of: convert(node.args) };
    case '-_':
      return negated(node.args, at);
    case 'call':
      return call(node, `${node.args[0]}/${node.args[1].length}`, node.args[1]);
    case 'rcall':
      return method(node, node.args[0], node.args[1], node.args[2]);
    case '.?':
    case '[?]':
      throw new Reject('optional values are not supported', node);
    default:
      return { kind: 'binary', at, operator: node.op, left: convert(node.args[0]), right: convert(node.args[1]) };
  }
}

/** The smallest int has no positive form, so a minus belongs to its literal. */
function negated(operand: ASTNode, at: number): Node {
  if (operand.op === 'value' && typeof operand.args === 'bigint') {
    return { kind: 'literal', at, value: inRange(-operand.args, operand) };
  }
  return { kind: 'negate', at, of: convert(operand) };
}

function literal(value: unknown, node: ASTNode): CelValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return inRange(value, node);
  if (typeof value === 'number') return new Double(value);
  throw new Reject('unsigned numbers and bytes are not supported', node);
}

function inRange(value: bigint, node: ASTNode): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new Reject('the integer does not fit 64 bits', node);
  return value;
}

const macros: ReadonlyMap<string, Macro> = new Map([
  ['all/2', 'all'],
  ['exists/2', 'exists'],
  ['exists_one/2', 'exists_one'],
  ['map/2', 'map'],
  ['map/3', 'map'],
  ['filter/2', 'filter'],
]);

function method(node: ASTNode, name: string, receiver: ASTNode, args: readonly ASTNode[]): Node {
  const macro = macros.get(`${name}/${args.length}`);
  if (macro === undefined) return call(node, `.${name}/${args.length}`, [receiver, ...args]);
  const [variable, filter, body] = args.length === 3 ? args : [args[0], undefined, args[1]];
  if (variable?.op !== 'id' || body === undefined) throw new Reject(`"${name}" needs a variable first`, node);
  const loop = { kind: 'loop', at: node.pos, macro, over: convert(receiver), variable: variable.args } as const;
  return filter === undefined
    ? { ...loop, body: convert(body) }
    : { ...loop, filter: convert(filter), body: convert(body) };
}

function call(node: ASTNode, key: string, args: readonly ASTNode[]): Node {
  const at = node.pos;
  if (key === 'has/1') {
    const [target] = args;
    if (target?.op !== '.') throw new Reject('"has" needs a field, as in has(inputs.name)', node);
    return { kind: 'has', at, of: convert(target.args[0]), name: target.args[1] };
  }
  if (!functions.has(key)) throw new Reject(`there is no function ${signature(key)}`, node);
  const pattern = literalPattern(key, args[1]);
  const plain = { kind: 'call', at, key, args: args.map(convert) } as const;
  return pattern === undefined ? plain : { ...plain, pattern };
}

const takesPattern = new Set(['.matches/1', 'matches/2', '.find/1', '.findAll/1', '.findAll/2']);

function literalPattern(key: string, node: ASTNode | undefined): Pattern | undefined {
  if (!takesPattern.has(key) || node?.op !== 'value' || typeof node.args !== 'string') return undefined;
  try {
    return new Pattern(node.args);
  } catch (error) {
    if (isFault(error)) throw new Reject(error.message, node);
    throw error;
  }
}

function signature(key: string): string {
  const [name = '', count = ''] = key.split('/');
  return `${name}() with ${count} ${count === '1' ? 'argument' : 'arguments'}`;
}
