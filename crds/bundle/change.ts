import type { JsonObject } from '../canonical/json.ts';
import { fitting, overlay } from '../closure/inputs.ts';
import { OrketError } from '../errors.ts';
import { didYouMean } from '../validate/suggest.ts';
import type { Bundle, BundleRole } from './bundle.ts';

/** What a person wants otherwise in a bundle, and nothing else of it. */
export interface BundleChange {
  /** Laid over its inputs, key by key. */
  readonly inputs?: JsonObject;
  /** Prompts by role. */
  readonly prompts?: Readonly<Record<string, string>>;
  /** Models by role. */
  readonly models?: Readonly<Record<string, string>>;
}

/** A bundle with some of it changed. Throws `InvalidInput` and, for a role that it does not have, `Usage`. */
export function changeBundle(bundle: Bundle, { inputs = {}, prompts = {}, models = {} }: BundleChange): Bundle {
  const names = bundle.roles.map(({ name }) => name);
  for (const wanted of [...Object.keys(prompts), ...Object.keys(models)])
    if (!names.includes(wanted)) throw noRole(wanted, names);
  const roles = bundle.roles.map((role): BundleRole => {
    const [prompt, model] = [prompts, models].map((by) => (Object.hasOwn(by, role.name) ? by[role.name] : undefined));
    return {
      ...role,
      ...(prompt === undefined ? {} : { prompt }),
      ...(model === undefined ? {} : { model }),
    };
  });
  return { ...bundle, roles, inputs: fitting(overlay(bundle.inputs, inputs), bundle.inputSchema) };
}

function noRole(wanted: string, names: readonly string[]): OrketError {
  return new OrketError('Usage', 'there is no such role', {
    at: wanted,
    expected: names.length === 0 ? 'a role of the Session; it has none' : `one of ${names.join(', ')}`,
    found: JSON.stringify(wanted),
    remedy: `${didYouMean(wanted, names)}A prompt and a model are those of a role, not of a step.`,
  });
}
