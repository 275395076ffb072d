import { OrketError } from '#crds';
import type { CallSite, Callable, Registry } from './run.ts';

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
