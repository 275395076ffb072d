import { canonicalJson, OrketError, type JsonValue } from '#crds';
import type { Semantics } from '../semantics/semantics.ts';
import { atMost } from './risk.ts';
import type { CallableFacts, CallSite, Callable, Capability, Registry, Run } from './run.ts';

/** Throws `InvalidManifest` where two callables have one name. */
export function createRegistry(callables: readonly Callable[]): Registry {
  const registry = new Map<string, Callable>();
  for (const callable of callables) {
    if (registry.has(callable.name)) {
      throw new OrketError('InvalidManifest', `two callables have the name "${callable.name}"`, {
        expected: 'a name once',
        remedy: 'Rename the role or the Toolset.',
      });
    }
    registry.set(callable.name, callable);
  }
  return registry;
}

/** The callable of a name that this caller may use. Throws `UnknownCallable`, which a model can read. */
export function resolve(name: string, { run, offered }: CallSite): Callable {
  const callable = run.registry.get(name);
  if (callable !== undefined && (offered === null || offered.has(name))) return callable;
  const names = [...(offered ?? run.registry.keys())].toSorted();
  throw new OrketError('UnknownCallable', run.semantics.messages.unknownCallable(name, names));
}

/** What there is to call with these properties, sorted by name: so a caller can ask for something that can do X. */
export function findCallables(
  { registry, semantics }: Pick<Run, 'registry' | 'semantics'>,
  wanted: Capability,
): readonly CallableFacts[] {
  const found = [...registry.values()].filter((callable) => can(callable, wanted, semantics));
  return found
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, kind, description, inputSchema, outputSchema, risk }) => ({
      name,
      kind,
      description,
      inputSchema,
      outputSchema,
      risk,
    }));
}

function can(callable: Callable, wanted: Capability, { schemaShape }: Semantics): boolean {
  const { kind, tags = [], risk, inputSchema, outputSchema } = wanted;
  const isSame = (schema: JsonValue, other: JsonValue | undefined): boolean =>
    other === undefined || canonicalJson(schemaShape(schema)) === canonicalJson(schemaShape(other));
  if (kind !== undefined && callable.kind !== kind) return false;
  if (!tags.every((tag) => callable.tags?.includes(tag) === true)) return false;
  if (risk !== undefined && !atMost(callable.risk, risk)) return false;
  return isSame(callable.inputSchema, inputSchema) && isSame(callable.outputSchema, outputSchema);
}
