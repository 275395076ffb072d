import type { Node } from '../cel/syntax.ts';
import { didYouMean, suggest } from '../validate/suggest.ts';
import type { Complaint } from './report.ts';
import { Texts, type Members } from './shapes.ts';
import { shapeAt } from './static-kind.ts';

/** A comparison with a text that a value is known never to be, or that is nearly one that it is known to be. */
export interface Suspicion {
  readonly at: number;
  readonly complaint: Complaint;
  readonly certain: boolean;
}

/** Such comparisons by `==`, `!=` and `in` with texts that the expression names. */
export function suspiciousComparisons(node: Node, scope: Members): readonly Suspicion[] {
  const inner = (child: Node): readonly Suspicion[] => suspiciousComparisons(child, scope);
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'member':
    case 'has':
    case 'not':
    case 'negate':
      return inner(node.of);
    case 'index':
      return [...inner(node.of), ...inner(node.key)];
    case 'list':
      return node.items.flatMap(inner);
    case 'map':
      return node.entries.flat().flatMap(inner);
    case 'conditional':
      return [node.test, node.yes, node.no].flatMap(inner);
    case 'logic':
      return [node.left, node.right].flatMap(inner);
    case 'binary':
      return [...compared(node.operator, node.left, node.right, scope), ...inner(node.left), ...inner(node.right)];
    case 'call':
      return node.args.flatMap(inner);
    case 'loop': {
      const { [node.variable]: _hidden, ...others } = scope;
      const body = node.filter === undefined ? [node.body] : [node.filter, node.body];
      return [...inner(node.over), ...body.flatMap((child) => suspiciousComparisons(child, others))];
    }
  }
}

function compared(operator: string, left: Node, right: Node, scope: Members): readonly Suspicion[] {
  switch (operator) {
    case '==':
    case '!=':
      return [...judged(left, right, scope), ...judged(right, left, scope)];
    case 'in':
      return right.kind === 'list' ? right.items.flatMap((item) => judged(left, item, scope)) : [];
    default:
      return [];
  }
}

function judged(value: Node, text: Node, scope: Members): readonly Suspicion[] {
  if (text.kind !== 'literal' || typeof text.value !== 'string') return [];
  const shape = shapeAt(value, scope);
  if (!(shape instanceof Texts) || shape.texts.includes(text.value)) return [];
  if (!shape.all && suggest(text.value, shape.texts) === undefined) return [];
  const named = shape.texts.filter((each) => each !== '');
  const found = JSON.stringify(text.value);
  const complaint: Complaint = {
    reason: 'NeverEqual',
    message: shape.all ? `${nameOf(value)} is never ${found}` : `nothing that is known here is called ${found}`,
    expected: `one of ${named.slice(0, 12).join(', ')}${named.length > 12 ? ', …' : ''}`,
    found,
    remedy: didYouMean(text.value, named).trim() || 'Compare with one of them.',
  };
  return [{ at: text.at, complaint, certain: shape.all }];
}

function nameOf(node: Node): string {
  switch (node.kind) {
    case 'name':
      return node.name;
    case 'member':
      return `${nameOf(node.of)}.${node.name}`;
    case 'index':
      return `${nameOf(node.of)}[${node.key.kind === 'literal' ? JSON.stringify(node.key.value) : ''}]`;
    default:
      return 'the value';
  }
}
