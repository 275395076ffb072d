// Counts up in a store of state until it is told how often, and says each number that is acknowledged on its own line.
import { setTimeout as sleep } from 'node:timers/promises';
import { OrketError } from '#crds';
import { fileState } from '../../runtime/state/file-state.ts';

const [dir = '', name = '', times = '0'] = process.argv.slice(2);
const state = fileState({ dir, wait: (ms) => sleep(ms) });
process.stdout.write('ready\n');
for (let done = 0; done < Number(times);) {
  const { value, version } = await state.get('counter');
  const next = (typeof value === 'number' ? value : 0) + 1;
  try {
    await state.put('counter', next, version, `${name}/${done}`);
    done += 1;
    process.stdout.write(`${next}\n`);
  } catch (error) {
    if (!(error instanceof OrketError) || error.reason !== 'StateConflict') throw error;
  }
}
