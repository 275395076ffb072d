import type { BinaryOperator } from './operators.ts';
import type { Pattern } from './pattern.ts';
import type { CelValue } from './value.ts';

export type Macro = 'all' | 'exists' | 'exists_one' | 'map' | 'filter';

/** Our syntax tree: what the evaluator walks, whichever library parsed the text. `at` is an offset in UTF-16 units. */
export type Node =
  | { readonly kind: 'literal'; readonly at: number; readonly value: CelValue }
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  | { readonly kind: 'member'; readonly at: number; readonly of: Node; readonly name: string }
  | { readonly kind: 'index'; readonly at: number; readonly of: Node; readonly key: Node }
  | { readonly kind: 'has'; readonly at: number; readonly of: Node; readonly name: string }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly (readonly [Node, Node])[] }
  | { readonly kind: 'conditional'; readonly at: number; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: 'logic'; readonly at: number; readonly or: boolean; readonly left: Node; readonly right: Node }
  | { readonly kind: 'not'; readonly at: number; readonly of: Node }
  | { readonly kind: 'negate'; readonly at: number; readonly of: Node }
  | {
      readonly kind: 'binary';
      readonly at: number;
      readonly operator: BinaryOperator;
      readonly left: Node;
      readonly right: Node;
    }
  | CallNode
  | LoopNode;

/** A function or method; `key` is its entry in the table of functions, the receiver is the first argument. */
export interface CallNode {
  readonly kind: 'call';
  readonly at: number;
  readonly key: string;
  readonly args: readonly Node[];
  /** Compiled ahead where the pattern of `matches`, `find` or `findAll` is a literal. */
  readonly pattern?: Pattern;
}

/** A macro over a list, or over the keys of a map. `filter` is the first of the three arguments of `map`. */
export interface LoopNode {
  readonly kind: 'loop';
  readonly at: number;
  readonly macro: Macro;
  readonly over: Node;
  readonly variable: string;
  readonly filter?: Node;
  readonly body: Node;
}
