import { canonicalJson, OrketError } from '#crds';
import { atMost } from './risk.ts';
import type { CallableFacts, CallSite, Callable, Capability, Registry } from './run.ts';

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
export function findCallables(registry: Registry, wanted: Capability): readonly CallableFacts[] {
  const found = [...registry.values()].filter((callable) => can(callable, wanted));
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

function can(callable: Callable, { kind, tags = [], risk, outputSchema }: Capability): boolean {
  if (kind !== undefined && callable.kind !== kind) return false;
  if (!tags.every((tag) => callable.tags?.includes(tag) === true)) return false;
  if (risk !== undefined && !atMost(callable.risk, risk)) return false;
  return outputSchema === undefined || canonicalJson(callable.outputSchema) === canonicalJson(outputSchema);
}
