import type { Node } from '../cel/syntax.ts';
import { Double, type CelValue } from '../cel/value.ts';

/** What a value can be known to be before it is computed. */
export type StaticKind = 'a boolean' | 'a list' | 'a map' | 'a number' | 'a text';

const comparisons = ['==', '!=', '<', '<=', '>', '>=', 'in'];

/** What an expression always gives, undefined where that depends on values. */
export function staticKind(node: Node): StaticKind | undefined {
  switch (node.kind) {
    case 'literal':
      return literalKind(node.value);
    case 'list':
      return 'a list';
    case 'map':
      return 'a map';
    case 'has':
    case 'logic':
    case 'not':
      return 'a boolean';
    case 'negate':
      return 'a number';
    case 'binary': {
      if (comparisons.includes(node.operator)) return 'a boolean';
      const [left, right] = [staticKind(node.left), staticKind(node.right)];
      return left ?? right ?? (node.operator === '+' ? undefined : 'a number');
    }
    case 'conditional': {
      const yes = staticKind(node.yes);
      return yes === staticKind(node.no) ? yes : undefined;
    }
    case 'loop':
      return node.macro === 'map' || node.macro === 'filter' ? 'a list' : 'a boolean';
    case 'name':
    case 'member':
    case 'index':
    case 'call':
      return undefined;
  }
}

function literalKind(value: CelValue): StaticKind | undefined {
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'bigint' || value instanceof Double ? 'a number' : undefined;
}
