import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  setOwn,
  type JsonObject,
  type JsonValue,
} from '../canonical/json.ts';
import { OrketError } from '../errors.ts';
import { compileExpression, evaluate, type Expression } from './expression.ts';
import { shown } from './fault.ts';
import type { Fuel } from './fuel.ts';
import { MAX_SOURCE } from './parse.ts';

/** A text with expressions in it: `Hello ${{ inputs.name }}`. `$${{` stands for the three characters themselves. */
export interface Template {
  readonly source: string;
  readonly parts: readonly (string | Expression)[];
}

/** Splits a text into plain pieces and expressions. Throws `InvalidExpression`, also where a `${{` is never closed. */
export function compileTemplate(source: string): Template {
  const parts: (string | Expression)[] = [];
  let text = '';
  let at = 0;
  for (;;) {
    const open = source.indexOf('${{', at);
    if (open < 0) break;
    if (open > at && source[open - 1] === '$') {
      text += `${source.slice(at, open - 1)}\${{`;
      at = open + 3;
      continue;
    }
    const close = closing(source, open + 3);
    if (close < 0) throw unclosed(source, open);
    text += source.slice(at, open);
    if (text !== '') parts.push(text);
    text = '';
    parts.push(compileExpression(source.slice(open + 3, close)));
    at = close + 2;
  }
  text += source.slice(at);
  if (text !== '' || parts.length === 0) parts.push(text);
  return { source, parts };
}

/**
 * The value of a template: one expression alone keeps its type; inside text strings go in raw and everything else as
 * canonical JSON. Throws as `evaluate` does.
 */
export function renderTemplate(template: Template, scope: JsonObject, fuel: Fuel): JsonValue {
  const [only] = template.parts;
  if (template.parts.length === 1 && only !== undefined) {
    return typeof only === 'string' ? only : evaluate(only, scope, fuel);
  }
  let text = '';
  for (const part of template.parts) {
    const value = typeof part === 'string' ? part : evaluate(part, scope, fuel);
    const piece = typeof value === 'string' ? value : canonicalJson(value);
    fuel.spendText(piece.length);
    text += piece;
  }
  return text;
}

/** The value of a template where only a text makes sense, as in a task or a prompt: a lone value becomes canonical JSON. */
export function renderText(template: Template, scope: JsonObject, fuel: Fuel): string {
  const value = renderTemplate(template, scope, fuel);
  return typeof value === 'string' ? value : canonicalJson(value);
}

/** Renders every string of a free-form value, at any depth; keys stay as they are. Throws as both steps do. */
export function renderValue(value: JsonValue, scope: JsonObject, fuel: Fuel): JsonValue {
  return mapTemplates(value, (text) =>
    text.includes('${{') ? renderTemplate(compileTemplate(text), scope, fuel) : text,
  );
}

/** A copy of a free-form value with every string replaced. `path` is as in `a.b[0]`, from the value itself. */
export function mapTemplates(value: JsonValue, map: (text: string, path: string) => JsonValue, path = ''): JsonValue {
  if (typeof value === 'string') return map(value, path);
  if (isJsonArray(value)) return value.map((item, index) => mapTemplates(item, map, `${path}[${index}]`));
  if (!isJsonObject(value)) return value;
  const object: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(value)) {
    setOwn(object, key, mapTemplates(member, map, path === '' ? key : `${path}.${key}`));
  }
  return object;
}

/** Everything of CEL that can hold a brace or a quote without meaning it. */
const token =
  /'''(?:\\[^]|[^\\])*?'''|"""(?:\\[^]|[^\\])*?"""|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|[{}]|[^'"{}/]+|[^]/gy;

/** The offset of the `}}` that ends an expression: not one inside a string or of a map within a map. */
function closing(source: string, from: number): number {
  const text = source.slice(from, from + MAX_SOURCE + 2);
  let depth = 0;
  for (const found of text.matchAll(token)) {
    if (found[0] === '{') depth += 1;
    if (found[0] !== '}') continue;
    if (depth === 0) return text[found.index + 1] === '}' ? from + found.index : -1;
    depth -= 1;
  }
  return -1;
}

function unclosed(source: string, open: number): OrketError {
  return new OrketError('InvalidExpression', 'an expression is not closed', {
    at: `character ${open + 1} of ${shown(source)}`,
    expected: '"}}" after the expression',
    found: shown(source.slice(open)),
    remedy: 'Write "$${{" where the text is meant to hold "${{" itself.',
  });
}
