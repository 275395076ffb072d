import { expect, it } from 'vitest';
import { openOffers } from './offers.ts';
import { programsBeside } from './programs.ts';

it('code is asked nothing where the machine has no way to keep it apart', async () => {
  const machine = {
    platform: 'darwin',
    release: '24.0.0',
    userId: 501,
    processId: 1,
    node: '/nowhere/node',
    searchPath: '',
    temporary: '/nowhere',
    programs: programsBeside('/nowhere/main.ts'),
  };
  expect(await openOffers(machine, async () => {})).toBeNull();
});
