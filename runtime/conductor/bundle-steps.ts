import type { Bundle, BundleBlock, BundleStep } from '#crds';

/** Every step that a bundle has, wherever it stands. */
export function stepsIn({ steps, blocks = [], scores = [] }: Bundle): readonly BundleStep[] {
  const inBlocks = (list: readonly BundleBlock[]): readonly BundleStep[] => list.flatMap((block) => block.steps);
  return [
    ...steps,
    ...inBlocks(blocks),
    ...scores.flatMap((score) => [...score.steps, ...inBlocks(score.blocks ?? [])]),
  ];
}

/** A step and all that it executes: ids of its own steps, of those of its blocks, and of the Scores that it calls. */
export function idsWithin(step: BundleStep, bundle: Bundle): ReadonlySet<string> {
  const ids = new Set<string>();
  const visit = (list: readonly BundleStep[], blocks: readonly BundleBlock[]): void => {
    for (const one of list) {
      ids.add(one.id);
      for (const name of blocksOf(one)) visit(blocks.find((block) => block.name === name)?.steps ?? [], blocks);
      const score = (bundle.scores ?? []).find(({ digest }) => digest === one.score);
      if (score !== undefined) visit(score.steps, score.blocks ?? []);
    }
  };
  visit([step], bundle.blocks ?? []);
  return ids;
}

function blocksOf({ parallel, forEach }: BundleStep): readonly string[] {
  const branches = (parallel?.branches ?? []).map(({ block }) => block);
  return forEach === undefined ? branches : [...branches, forEach.block];
}

/** The id in the name of a step: it may be the path of one execution, `fan#1/[2]/check#1`. */
export function lastId(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/#.*$/, '');
}

/** The id of the first step of a path, null where a name is no path. */
export function firstId(name: string): string | null {
  return name.includes('#') ? name.slice(0, name.indexOf('#')) : null;
}
