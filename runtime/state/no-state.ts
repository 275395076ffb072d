import { OrketError } from '#crds';
import type { StateStore } from './state.ts';

/** Stands where a launch names no place for state: every use is refused, nothing is kept that would be lost. */
export const noState: StateStore = { get: refuse, put: refuse };

async function refuse(): Promise<never> {
  throw new OrketError('StateNotAvailable', 'state beyond a Session is not kept here', {
    expected: 'a Session on a machine, with its state folder',
    found: 'a Session without one',
    remedy: 'Run the Flow on a machine, or take state.get and state.put out of it.',
  });
}
