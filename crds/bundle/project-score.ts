import { digestOf, type Digest } from '../canonical/digest.ts';
import { canonicalCopy } from '../canonical/json.ts';
import type { Closure } from '../closure/references.ts';
import { OrketError } from '../errors.ts';
import type { Approvers, Block, Score, Step, StepApproval, StepForEach, StepParallel } from '../generated/resources.ts';
import type {
  BundleApproval,
  BundleApprovers,
  BundleBlock,
  BundleForEach,
  BundleParallel,
  BundleScore,
  BundleStep,
} from './steps.ts';
import { projectRetry } from './retry.ts';
import { defaultsV1, withoutDefaults } from './v1.ts';

/** Steps and blocks of a Flow's Score, and every Score that they call, by digest. */
export interface ProjectedScore {
  readonly steps: readonly BundleStep[];
  readonly blocks: readonly BundleBlock[];
  readonly scores: readonly BundleScore[];
}

/** Scores refer to each other by the digests of what they say, so names have no part in it. */
export function projectScore({ score, scores }: Pick<Closure, 'score' | 'scores'>): ProjectedScore {
  const byName = new Map(scores.map((each) => [each.metadata.name, each]));
  const done = new Map<string, BundleScore>();
  const called: Called = (name) => {
    const known = done.get(name);
    if (known !== undefined) return known.digest;
    const found = byName.get(name);
    if (found === undefined) throw new OrketError('Internal', 'a closure lacks a Score', { found: name });
    const { steps, blocks } = projectOne(found, called);
    const said = withoutDefaults({ steps, blocks }, defaultsV1.score);
    const projected = { digest: digestOf(canonicalCopy(said).value), ...said };
    done.set(name, projected);
    return projected.digest;
  };
  const own = projectOne(score, called);
  const unique = new Map([...done.values()].map((each) => [each.digest, each]));
  return { ...own, scores: [...unique.values()].toSorted((left, right) => (left.digest < right.digest ? -1 : 1)) };
}

/** The digest of a Score that is called. */
type Called = (name: string) => Digest;

function projectOne({ spec: { steps, blocks = [] } }: Score, called: Called): Omit<ProjectedScore, 'scores'> {
  return {
    steps: steps.map((step) => projectStep(step, called)),
    blocks: blocks.map((block) => projectBlock(block, called)).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function projectBlock({ name, steps }: Block, called: Called): BundleBlock {
  return { name, steps: steps.map((step) => projectStep(step, called)) };
}

function projectStep(step: Step, called: Called): BundleStep {
  const { id, role, tool, score, approval, parallel, forEach, task, input, when, until, artifact } = step;
  return withoutDefaults(
    {
      id,
      role,
      tool,
      score: score === undefined ? undefined : called(score.name),
      approval: approval === undefined ? undefined : projectApproval(approval),
      parallel: parallel === undefined ? undefined : projectParallel(parallel),
      forEach: forEach === undefined ? undefined : projectForEach(forEach),
      task,
      input,
      when,
      until: until === undefined ? undefined : { condition: until.condition, maxIterations: until.maxIterations },
      retry: projectRetry(step.retry),
      timeoutSeconds: step.timeoutSeconds,
      outputSchema: step.outputSchema,
      artifact:
        artifact === undefined
          ? undefined
          : withoutDefaults({ name: artifact.name, mediaType: artifact.mediaType, path: artifact.path }),
    },
    defaultsV1.step,
  );
}

function projectApproval(approval: StepApproval): BundleApproval {
  return { message: approval.message, ...projectApprovers(approval) };
}

/** What a Score and a Policy say alike of people. */
export function projectApprovers({
  approvers,
  expiresAfterSeconds,
  onExpiry,
}: {
  readonly approvers?: Approvers;
  readonly expiresAfterSeconds?: number;
  readonly onExpiry?: StepApproval['onExpiry'];
}): BundleApprovers {
  const people = approvers === undefined ? {} : projectPeople(approvers);
  return withoutDefaults({ approvers: people, expiresAfterSeconds, onExpiry }, defaultsV1.approval);
}

/** Who is asked for by name, left out or counted has to be somebody: a name that anybody may give tells nobody apart. */
function projectPeople({ users = [], groups = [], notRequester, quorum, minIdentity: least }: Approvers) {
  const isAnybody = users.length === 0 && groups.length === 0 && !notRequester && quorum === 1;
  const minIdentity = least ?? (isAnybody ? 'none' : 'os-uid');
  return withoutDefaults(
    { users: users.toSorted(), groups: groups.toSorted(), notRequester, quorum, minIdentity },
    defaultsV1.approvers,
  );
}

function projectParallel({ branches, failFast }: StepParallel): BundleParallel {
  return withoutDefaults(
    { branches: branches.map(({ name, block }) => ({ name, block })), failFast },
    defaultsV1.parallel,
  );
}

function projectForEach({ items, block, concurrency, maxItems, failFast }: StepForEach): BundleForEach {
  return withoutDefaults({ items, block, concurrency, maxItems, failFast }, defaultsV1.forEach);
}
