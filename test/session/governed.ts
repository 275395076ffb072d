import { expect } from 'vitest';
import type { Bundle, BundleConductorRule } from '#crds';
import type { Adjust } from '../../runtime/inbox/inbox.ts';
import { bundleOf, stepOf } from './bundles.ts';
import { SessionRig } from './rig.ts';
import { wish } from './say.ts';

export const twoSteps = [
  stepOf({ id: 'one', role: 'writer', task: 'One.' }),
  stepOf({ id: 'two', role: 'writer', task: 'Two.' }),
];

/** Says what it was told, so that a test sees what became of it. */
export const echo = [{ text: '${{ request.messages[0].content }}|${{ request.task }}|${{ request.model }}' }];

/** Two steps and rules that are applied by themselves. */
export function auto(...rules: readonly BundleConductorRule[]): Parameters<typeof bundleOf>[0] {
  return { steps: twoSteps, replies: echo, conductor: { mode: 'auto', rules } };
}

export async function runAndReplay(rig: SessionRig): ReturnType<SessionRig['run']> {
  const result = await rig.run();
  expect(await rig.replay()).toEqual({ verdict: 'same', stateDigest: result.stateDigest });
  return result;
}

/** What the journal says of adjustments, in order. */
export async function adjustments(rig: SessionRig): Promise<readonly string[]> {
  return (await rig.records()).flatMap(({ type, path, body }) =>
    type === 'conductor.adjusted' ? [`${path} ${body.op} ${body.status} by ${body.origin} ${body.by}`] : [],
  );
}

/** Sessions whose folders go when the test is over. */
export class Rigs {
  readonly #rigs: SessionRig[] = [];

  of(parts: Parameters<typeof bundleOf>[0] = {}): SessionRig {
    return this.ofBundle(bundleOf(parts));
  }

  ofBundle(bundle: Bundle): SessionRig {
    const rig = new SessionRig(bundle);
    this.#rigs.push(rig);
    return rig;
  }

  /** Runs a Session until its process is killed right after a record: type and path. */
  async killedAfter(rig: SessionRig, last: string): Promise<void> {
    const probe = this.ofBundle(rig.bundle);
    await probe.run().catch(() => undefined);
    const at = (await probe.records()).findIndex(({ type, path }) => `${type} ${path}` === last);
    expect(at, last).toBeGreaterThan(0);
    rig.store.dieAfter = at + 1;
    await rig.run().catch(() => undefined);
    rig.store.dieAfter = Number.POSITIVE_INFINITY;
  }

  /** Two steps as a person finds them once `one` has ended, with what they want changed. */
  async wishedAfterOne(adjust: Adjust): Promise<SessionRig> {
    const rig = this.of({ steps: twoSteps, replies: echo });
    await this.killedAfter(rig, 'step.ended one#1~1');
    await wish(rig, 'w-1', adjust);
    return rig;
  }

  dispose(): void {
    this.#rigs.splice(0).forEach((rig) => rig.dispose());
  }
}
