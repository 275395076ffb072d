import type { Node } from '../cel/syntax.ts';
import { Double, type CelValue } from '../cel/value.ts';
import { kindOf, memberOf, type Members, type Shape, type StaticKind } from './shapes.ts';

const comparisons = ['==', '!=', '<', '<=', '>', '>=', 'in'];

/** What an expression gives whenever it gives something, undefined where that depends on values. */
export function staticKind(node: Node, scope: Members): StaticKind | undefined {
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
      const [left, right] = [staticKind(node.left, scope), staticKind(node.right, scope)];
      return left ?? right ?? (node.operator === '+' ? undefined : 'a number');
    }
    case 'conditional': {
      const yes = staticKind(node.yes, scope);
      return yes === staticKind(node.no, scope) ? yes : undefined;
    }
    case 'loop':
      return node.macro === 'map' || node.macro === 'filter' ? 'a list' : 'a boolean';
    case 'name':
    case 'member':
    case 'index':
      return kindOf(shapeAt(node, scope));
    case 'call':
      return undefined;
  }
}

/** What the scope says of a variable, or of a member that the text names. */
export function shapeAt(node: Node, scope: Members): Shape | undefined {
  if (node.kind === 'name') return memberOf(scope, node.name);
  if (node.kind === 'member') return memberOf(shapeAt(node.of, scope), node.name);
  if (node.kind !== 'index' || node.key.kind !== 'literal' || typeof node.key.value !== 'string') return undefined;
  return memberOf(shapeAt(node.of, scope), node.key.value);
}

function literalKind(value: CelValue): StaticKind | undefined {
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'bigint' || value instanceof Double ? 'a number' : undefined;
}
