import type { Bundle } from '#crds';
import { roleCallable } from './agent/agent.ts';
import { createRegistry } from './call/registry.ts';
import type { Registry } from './call/run.ts';
import type { Semantics } from './semantics/semantics.ts';
import type { HostedWork } from './tools/host/hosts.ts';
import { toolsOf } from './tools/tools.ts';

/** All that a bundle has to call, roles and tools. Throws `InvalidManifest` where two have one name. */
export function callablesOf(bundle: Bundle, hosts: HostedWork, semantics: Semantics): Registry {
  return createRegistry([
    ...bundle.roles.map((role) => roleCallable(role, semantics)),
    ...toolsOf(bundle, hosts, semantics),
  ]);
}
