import type { JsonValue } from '#crds';
import { admit } from './admit.ts';
import type { Run } from './run.ts';

/** An input of the core that is seen once: made by `make`, and taken from the journal afterwards. */
export async function recordedValue(
  run: Run,
  path: string,
  name: string,
  make: () => Promise<JsonValue>,
): Promise<JsonValue> {
  const { body } = await run.trail.input({
    type: 'value.recorded',
    path,
    make: async () => {
      const { value, digest } = admit(await make(), run.mask);
      return {
        type: 'value.recorded',
        path,
        body: { name, value: await run.trail.record(value), valueDigest: digest },
      };
    },
  });
  return run.trail.read(body.value, body.valueDigest);
}
