import { digestOf } from '../canonical/digest.ts';
import { canonicalCopy } from '../canonical/json.ts';
import type { Bundle } from './bundle.ts';
import { mismatch } from './reader.ts';
import type { BundleBlock, BundleScore, BundleStep } from './steps.ts';

interface Known {
  readonly roles: ReadonlySet<string>;
  readonly tools: ReadonlySet<string>;
  readonly scores: ReadonlySet<string>;
}

/** Every name of a bundle leads somewhere, is there once, and nothing executes itself. Throws `BundleMismatch`. */
export function checkNames({ roles, steps, blocks = [], scores = [], tools = [] }: Bundle): void {
  const known: Known = {
    roles: unique(roles.map(nameOf), 'bundle.roles'),
    tools: unique(tools.map(nameOf), 'bundle.tools'),
    scores: unique(
      scores.map(({ digest }) => digest),
      'bundle.scores',
    ),
  };
  for (const [index, { idempotency }] of tools.entries()) {
    if (idempotency?.probe !== undefined) within(idempotency.probe, known.tools, `bundle.tools[${index}].idempotency`);
  }
  for (const [index, { tools: offered = [], callable = [] }] of roles.entries()) {
    offered.forEach((name) => within(name, known.tools, `bundle.roles[${index}].tools`));
    callable.forEach((name) => within(name, known.roles, `bundle.roles[${index}].callable`));
  }
  checkScore(steps, blocks, 'bundle', known);
  for (const [index, score] of scores.entries()) {
    checkDigest(score, `bundle.scores[${index}]`);
    checkScore(score.steps, score.blocks ?? [], `bundle.scores[${index}]`, known);
  }
}

/** A Score that is called by what it says cannot call itself: its digest would hold itself. */
function checkDigest({ digest, ...said }: BundleScore, at: string): void {
  const found = digestOf(canonicalCopy(said).value);
  if (found !== digest) throw mismatch(`${at}.digest`, found, digest);
}

function checkScore(steps: readonly BundleStep[], blocks: readonly BundleBlock[], at: string, known: Known): void {
  const byName = new Map(blocks.map((block) => [block.name, block]));
  const names = unique(blocks.map(nameOf), `${at}.blocks`);
  checkSteps(steps, `${at}.steps`, names, known);
  blocks.forEach((block, index) => checkSteps(block.steps, `${at}.blocks[${index}].steps`, names, known));
  const ended = new Set<string>();
  const visit = (block: BundleBlock, above: ReadonlySet<string>): void => {
    if (above.has(block.name)) throw mismatch(`${at}.blocks`, 'blocks that do not execute themselves', block.name);
    if (ended.has(block.name)) return;
    const way = new Set([...above, block.name]);
    for (const name of block.steps.flatMap(blocksOf)) {
      const next = byName.get(name);
      if (next !== undefined) visit(next, way);
    }
    ended.add(block.name);
  };
  for (const block of blocks) visit(block, new Set());
}

function checkSteps(steps: readonly BundleStep[], at: string, blocks: ReadonlySet<string>, known: Known): void {
  unique(
    steps.map(({ id }) => id),
    at,
  );
  for (const [index, step] of steps.entries()) {
    const { role, tool, score, parallel } = step;
    if (role !== undefined) within(role, known.roles, `${at}[${index}].role`);
    if (tool !== undefined) within(tool, known.tools, `${at}[${index}].tool`);
    if (score !== undefined) within(score, known.scores, `${at}[${index}].score`);
    blocksOf(step).forEach((name) => within(name, blocks, `${at}[${index}]`));
    unique((parallel?.branches ?? []).map(nameOf), `${at}[${index}].parallel.branches`);
  }
}

function blocksOf({ parallel, forEach }: BundleStep): readonly string[] {
  const branches = (parallel?.branches ?? []).map(({ block }) => block);
  return forEach === undefined ? branches : [...branches, forEach.block];
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function unique(names: readonly string[], at: string): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw mismatch(at, 'each name once', `${JSON.stringify(name)} again`);
    seen.add(name);
  }
  return seen;
}

function within(name: string, names: ReadonlySet<string>, at: string): void {
  if (!names.has(name)) throw mismatch(at, 'a name that the bundle has', JSON.stringify(name));
}
