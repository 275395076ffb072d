import fc from 'fast-check';
import type { Bundle, BundleBlock, BundleScore, BundleStep } from '#crds';
import { scoreOf } from './bundles.ts';
import { randomBundle, randomStep } from './random-bundle.ts';

/** A step and what it contains, before it has an id. */
interface Node {
  readonly parts: Partial<BundleStep>;
  /** Of each branch, of a block, or of a Score. */
  readonly within: readonly (readonly Node[])[];
  readonly kind: 'leaf' | 'parallel' | 'forEach' | 'score';
  /** Of a forEach. */
  readonly items: string;
  readonly concurrency: number;
  readonly failFast: boolean;
}

const bare = { within: [], items: '[]', concurrency: 1, failFast: false } as const;

const plainLeaf: fc.Arbitrary<Node> = fc.oneof(
  { weight: 3, arbitrary: randomStep.map((parts): Node => ({ ...bare, kind: 'leaf', parts })) },
  // What it sees depends on all that wrote before it, and on nobody beside it.
  {
    weight: 1,
    arbitrary: fc.constant<Node>({
      ...bare,
      kind: 'leaf',
      parts: { tool: 'files.list', input: { path: 'workspace:', recursive: true } },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Node>({ ...bare, kind: 'leaf', parts: { tool: 'files.read', input: { path: 'a.md' } } }),
  },
);

/** When a step is executed, how often, and what becomes of a failure. */
const manners: fc.Arbitrary<Partial<BundleStep>> = fc
  .tuple(
    sometimes(4, [
      { when: 'true' },
      { when: 'false' },
      { when: 'inputs.topic == "tides"' },
      { when: 'steps.all(id, steps[id].status != "x")' },
    ]),
    sometimes(6, [
      { until: { condition: 'iteration == 2', maxIterations: 3 } },
      { until: { condition: 'output == previous', maxIterations: 3 } },
      { until: { condition: 'false', maxIterations: 2 } },
    ]),
    sometimes(3, [{ retry: { maxAttempts: 2 } }, { retry: { maxAttempts: 3, initialSeconds: 2, factor: 1 } }]),
  )
  .map((parts) => Object.assign({}, ...parts));

/** One of these once in so many times. */
function sometimes(often: number, parts: readonly Partial<BundleStep>[]): fc.Arbitrary<Partial<BundleStep>> {
  return fc.oneof(
    { weight: often - 1, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constantFrom(...parts) },
  );
}

interface Kind {
  readonly leaf: fc.Arbitrary<Node>;
  readonly failFast: boolean;
}

function nodes(depth: number, kind: Kind): fc.Arbitrary<readonly Node[]> {
  const { leaf } = kind;
  const inner =
    depth === 0 ? leaf : fc.oneof({ weight: 2, arbitrary: leaf }, { weight: 1, arbitrary: block(depth, kind) });
  const node = fc.tuple(inner, manners).map(([one, manner]): Node => ({ ...one, parts: { ...one.parts, ...manner } }));
  return fc.array(node, { minLength: 1, maxLength: depth === 2 ? 3 : 2 });
}

function block(depth: number, kind: Kind): fc.Arbitrary<Node> {
  const steps = nodes(depth - 1, kind);
  const { failFast } = kind;
  return fc.oneof(
    fc
      .array(steps, { minLength: 2, maxLength: 3 })
      .map((within): Node => ({ ...bare, kind: 'parallel', parts: {}, within, failFast })),
    fc
      .tuple(
        steps,
        fc.constantFrom('[]', '[1, 2, 3]', 'inputs.items', '["a", {"b": 1}]'),
        fc.integer({ min: 1, max: 3 }),
      )
      .map(([one, items, concurrency]): Node => {
        return { kind: 'forEach', parts: {}, within: [one], items, concurrency, failFast };
      }),
    steps.map((one): Node => ({ ...bare, kind: 'score', parts: {}, within: [one] })),
  );
}

/** Gives steps their ids, and blocks and Scores their places. */
class Builder {
  readonly scores = new Map<string, BundleScore>();
  #count = 0;

  steps(list: readonly Node[], blocks: BundleBlock[]): readonly BundleStep[] {
    return list.map((node) => this.#step(node, blocks));
  }

  #step({ parts, kind, within, items, concurrency, failFast }: Node, blocks: BundleBlock[]): BundleStep {
    this.#count += 1;
    const id = `s${this.#count}`;
    const own = (name: string, list: readonly Node[]): string => {
      const steps = this.steps(list, blocks);
      blocks.push({ name: `${id}-${name}`, steps });
      return `${id}-${name}`;
    };
    const given: BundleStep = { id, ...parts };
    const fast = failFast ? { failFast } : {};
    switch (kind) {
      case 'leaf':
        return given;
      case 'parallel': {
        const branches = within.map((list, index) => ({ name: `t${index + 1}`, block: own(`b${index}`, list) }));
        return { ...given, parallel: { branches, ...fast } };
      }
      case 'forEach':
        return { ...given, forEach: { items, block: own('each', within[0] ?? []), concurrency, ...fast } };
      case 'score': {
        const inner: BundleBlock[] = [];
        const steps = this.steps(within[0] ?? [], inner);
        const score = scoreOf(steps, inner);
        this.scores.set(score.digest, score);
        return { ...given, score: score.digest, input: { topic: '${{ inputs.topic }}', items: [1] } };
      }
    }
  }
}

/**
 * Bundles with steps in blocks in steps: side by side, for each item, in Scores of their own, skipped, repeated and tried
 * again. With `failFast` it is time that decides what becomes of some. A third of what contains no others is `more`.
 */
export function randomScore(failFast = false, more?: fc.Arbitrary<Partial<BundleStep>>): fc.Arbitrary<Bundle> {
  const others = more?.map((parts): Node => ({ ...bare, kind: 'leaf', parts }));
  const leaf =
    others === undefined ? plainLeaf : fc.oneof({ weight: 2, arbitrary: plainLeaf }, { weight: 1, arbitrary: others });
  return fc.tuple(randomBundle, nodes(2, { leaf, failFast })).map(([bundle, list]) => {
    const builder = new Builder();
    const blocks: BundleBlock[] = [];
    const steps = builder.steps(list, blocks);
    return {
      ...bundle,
      inputs: { ...bundle.inputs, items: [3, 1, 2] },
      steps,
      blocks,
      scores: [...builder.scores.values()],
    };
  });
}
