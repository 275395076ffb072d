import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileStore, type JournalStore, type SessionDeps } from '#runtime';
import type { Bundle, BundleScore, BundleStep } from '#crds';
import { pause } from '../../runtime/process/pause.ts';
import { inlineFileOps } from '../../runtime/journal/file-ops.ts';
import { bundleOf, scoreOf, stepOf, toolOf } from '../session/bundles.ts';
import { SessionRig } from '../session/rig.ts';
import type { Stepper } from './bench.ts';

const text = 'x'.repeat(200);
/** As many as stand in one list; more are Scores of Scores. */
const perScore = 50;

/**
 * A Session of that many steps, one after another. Each calls a tool of risk write with a small input, so that its intent
 * and its outcome have to be durable; the tool itself does nothing.
 */
export function bundleOfSteps(steps: number): Bundle {
  const scores: BundleScore[] = [];
  const tool = stepOf({ tool: 'state.put', input: { key: 'k', value: { text } } });
  const listOf = (count: number): readonly BundleStep[] => {
    if (count <= perScore) return numbered(count, tool);
    const below = scoreOf(listOf(Math.ceil(count / perScore)));
    if (!scores.some(({ digest }) => digest === below.digest)) scores.push(below);
    return numbered(perScore, stepOf({ score: below.digest, input: {} }));
  };
  return bundleOf({ roles: [], tools: [toolOf('state.put', 'statePut')], steps: listOf(steps), scores });
}

/** How many steps that is: the next number that Scores of equal size make up. */
export function stepsOf(wanted: number): number {
  return wanted <= perScore ? wanted : perScore * stepsOf(Math.ceil(wanted / perScore));
}

function numbered(count: number, step: BundleStep): readonly BundleStep[] {
  return Array.from({ length: count }, (_none, index) => ({ ...step, id: `s${index + 1}` }));
}

/** What a Session of the bench runs on: a journal on a disk, the clock of the machine, and a state that keeps nothing. */
export function depsOn(store: JournalStore, put: () => void = () => {}): Partial<SessionDeps> {
  return {
    store,
    clock: Date.now,
    sleep: pause,
    state: {
      get: async () => ({ value: null, version: 0 }),
      put: async () => {
        put();
        return 1;
      },
    },
  };
}

export interface OrketSteps extends Stepper {
  /** Syncs of the last run. */
  readonly syncs: () => number;
}

/** Sessions of this process, each with a journal of its own. */
export function orketSteps(folder: string): OrketSteps {
  let syncs = 0;
  const ops = {
    ...inlineFileOps,
    sync: (fd: number) => {
      syncs += 1;
      return inlineFileOps.sync(fd);
    },
  };
  return {
    name: 'Orket',
    syncs: () => syncs,
    run: async (steps) => {
      syncs = 0;
      const dir = mkdtempSync(join(folder, 'session-'));
      const rig = new SessionRig(bundleOfSteps(steps));
      try {
        const began = performance.now();
        const { status, error } = await rig.run(depsOn(fileStore({ dir, ops })));
        const elapsed = performance.now() - began;
        if (status !== 'succeeded') throw new Error(`the Session ${status}: ${error?.message}`);
        return elapsed;
      } finally {
        rig.dispose();
        rmSync(dir, { recursive: true, force: true });
      }
    },
    close: async () => {},
  };
}
