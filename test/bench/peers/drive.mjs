import { createInterface } from 'node:readline';

/** What every step gives: a number and a text, of which the peer keeps a copy before it goes on. */
export function resultOf(index) {
  return { index, text: 'x'.repeat(200) };
}

/**
 * Speaks with the bench over pipes, one JSON line each way: `{"settings"}` once it stands, then for each `{"steps"}` that it
 * is given `{"ms"}`, the time from the start of a run of so many steps to its result. Ends with its input.
 *
 * @param {(folder: string) => Promise<{settings: string, run: (steps: number) => Promise<unknown>, close: () => Promise<unknown>}>} open
 */
export async function drive(open) {
  const { settings, run, close } = await open(process.argv[2]);
  const say = (answer) => process.stdout.write(`@bench ${JSON.stringify(answer)}\n`);
  say({ settings });
  for await (const line of createInterface({ input: process.stdin })) {
    const { steps } = JSON.parse(line);
    const began = performance.now();
    await run(steps);
    say({ ms: performance.now() - began });
  }
  await close();
  process.exit(0);
}
