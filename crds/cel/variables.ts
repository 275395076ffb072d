import type { Node } from './syntax.ts';
import { typeNames } from './value.ts';

/** A use of a name that the scope has to offer, with the members that the text names: `steps.a.output` or `steps["a"]`. */
export interface Variable {
  readonly name: string;
  readonly members: readonly string[];
  /** Offset of the use in the expression, in UTF-16 units. */
  readonly at: number;
}

/** Every use of a variable of the scope, in the order of the text. Variables of macros and names of types are not among them. */
export function variablesOf(node: Node): readonly Variable[] {
  const found: Variable[] = [];
  collect(node, new Set(typeNames), [], found);
  return found.toSorted((left, right) => left.at - right.at);
}

function collect(node: Node, bound: ReadonlySet<string>, members: readonly string[], found: Variable[]): void {
  const visit = (child: Node): void => collect(child, bound, [], found);
  switch (node.kind) {
    case 'literal':
      return;
    case 'name':
      if (!bound.has(node.name)) found.push({ name: node.name, members, at: node.at });
      return;
    case 'member':
    case 'has':
      collect(node.of, bound, [node.name, ...members], found);
      return;
    case 'index':
      visit(node.key);
      if (node.key.kind === 'literal' && typeof node.key.value === 'string') {
        collect(node.of, bound, [node.key.value, ...members], found);
      } else {
        visit(node.of);
      }
      return;
    case 'list':
      node.items.forEach(visit);
      return;
    case 'map':
      node.entries.flat().forEach(visit);
      return;
    case 'conditional':
      [node.test, node.yes, node.no].forEach(visit);
      return;
    case 'logic':
    case 'binary':
      [node.left, node.right].forEach(visit);
      return;
    case 'not':
    case 'negate':
      visit(node.of);
      return;
    case 'call':
      node.args.forEach(visit);
      return;
    case 'loop': {
      visit(node.over);
      const inner = new Set([...bound, node.variable]);
      for (const child of node.filter === undefined ? [node.body] : [node.filter, node.body]) {
        collect(child, inner, [], found);
      }
    }
  }
}
