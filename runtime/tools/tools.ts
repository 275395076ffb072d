import type { Bundle } from '#crds';
import { mayWrite } from '../call/risk.ts';
import type { Tool } from '../call/run.ts';
import { builtinTool } from './builtin.ts';
import { isHosted } from './host/definitions.ts';
import { hostTool } from './host/host-tool.ts';
import type { Semantics } from '../semantics/semantics.ts';
import type { HostedWork } from './host/hosts.ts';

/**
 * The tools of a bundle: those that are built in, and those that a host runs. What those put is a call of `state.put`, so
 * that is there wherever one of them may write.
 */
export function toolsOf(
  { tools = [] }: Pick<Bundle, 'tools'>,
  hosts: HostedWork,
  semantics: Semantics,
): readonly Tool[] {
  const named = tools.flatMap((tool) => {
    const { source } = tool;
    if (isHosted(tool)) return [hostTool(tool, hosts, semantics.defaults.toolTimeoutSeconds)];
    return source.type === 'builtin' ? [builtinTool(tool, source, semantics)] : [];
  });
  const isNamed = named.some(({ name }) => name === putState.name);
  const isUsed = tools.some((tool) => isHosted(tool) && mayWrite(tool.risk ?? 'destructive'));
  return isNamed || !isUsed ? named : [...named, builtinTool(putState, putState.source, semantics)];
}

const putState = { name: 'state.put', source: { type: 'builtin', name: 'statePut' } } as const;
