import { openOffers, type Offers } from '../tools/host/offers.ts';
import { systemTime } from './system-time.ts';
import { openMachine } from './this-machine.ts';

/** Gives what asks code of tools which tools it has, null where nothing here keeps code apart, and cleans up. `main` is the file of a session process, `searchPath` as in `PATH`. */
export async function withOffers<T>(
  main: string,
  searchPath: string,
  use: (offers: Offers | null) => Promise<T>,
): Promise<T> {
  const { machine, remove } = await openMachine(main, searchPath);
  try {
    return await use(await openOffers(machine, systemTime.pause));
  } finally {
    await remove();
  }
}
