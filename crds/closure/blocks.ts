import type { Block, Score } from '../generated/resources.ts';
import { didYouMean } from '../validate/suggest.ts';
import type { Report } from './report.ts';
import { blocksOf, stepsOf } from './steps.ts';

/**
 * Checks that steps name blocks that are there, that none executes itself, and that each is executed somewhere. Gives the
 * blocks with those that execute a block before it; undefined where something is wrong with them.
 */
export function checkBlocks(score: Score, report: Report): readonly Block[] | undefined {
  const { steps, blocks = [] } = score.spec;
  const byName = new Map(blocks.map((block) => [block.name, block]));
  let sound = true;
  for (const { path, step } of stepsOf(score)) {
    for (const { field, block } of blocksOf(step)) {
      if (byName.has(block)) continue;
      sound = false;
      unknownBlock(score, `${path}.${field}`, block, [...byName.keys()], report);
    }
  }
  const ended = new Set<string>();
  const order: Block[] = [];
  const visit = (block: Block, above: readonly string[]): void => {
    const way = [...above, block.name];
    if (above.includes(block.name)) {
      sound = false;
      return circle(score, blocks.indexOf(block), way.slice(above.indexOf(block.name)), report);
    }
    if (ended.has(block.name)) return;
    for (const used of executedBy(block.steps, byName)) visit(used, way);
    ended.add(block.name);
    order.unshift(block);
  };
  for (const block of executedBy(steps, byName)) visit(block, []);
  // A name that leads nowhere may have been meant for a block that nobody seems to execute.
  const idle = sound ? blocks.filter(({ name }) => !ended.has(name)) : [];
  for (const block of idle) {
    if (isInCircle(block, byName)) visit(block, []);
    else unused(score, blocks.indexOf(block), block.name, report);
  }
  return sound && idle.length === 0 ? order : undefined;
}

function executedBy(steps: Block['steps'], byName: ReadonlyMap<string, Block>): readonly Block[] {
  return steps.flatMap(blocksOf).flatMap(({ block }) => byName.get(block) ?? []);
}

function isInCircle(block: Block, byName: ReadonlyMap<string, Block>): boolean {
  const reached = new Set<Block>();
  const reach = (from: Block): void => {
    for (const next of executedBy(from.steps, byName)) {
      if (reached.has(next)) continue;
      reached.add(next);
      reach(next);
    }
  };
  reach(block);
  return reached.has(block);
}

function unknownBlock(score: Score, path: string, name: string, known: readonly string[], report: Report): void {
  report.add(score, path, {
    reason: 'UnknownBlock',
    message: `there is no block ${JSON.stringify(name)}`,
    expected: known.length === 0 ? 'a block of spec.blocks, which has none' : `one of ${known.slice(0, 12).join(', ')}`,
    found: JSON.stringify(name),
    remedy: `${didYouMean(name, known)}Blocks are those of spec.blocks of the same Score.`,
  });
}

function circle(score: Score, index: number, names: readonly string[], report: Report): void {
  report.add(score, `spec.blocks[${index}]`, {
    reason: 'Circle',
    message: 'a block executes itself, directly or through others',
    expected: 'blocks that come to an end',
    found: names.join(' -> '),
    remedy: 'Repeat a step with until, or work through a list with forEach.',
  });
}

function unused(score: Score, index: number, name: string, report: Report): void {
  report.add(score, `spec.blocks[${index}]`, {
    reason: 'UnusedBlock',
    message: `no step executes the block ${JSON.stringify(name)}`,
    expected: 'a step with parallel or forEach that names it',
    found: 'none',
    remedy: 'Name it in such a step, or remove it.',
  });
}
