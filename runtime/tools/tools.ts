import type { Bundle } from '#crds';
import type { Tool } from '../call/run.ts';
import { builtinTool } from './builtin.ts';
import { isHosted } from './host/definitions.ts';
import { hostTool } from './host/host-tool.ts';
import type { Semantics } from '../semantics/semantics.ts';
import type { ToolHosts } from './host/hosts.ts';

/** The tools of a bundle: those that are built in, and those that a host runs. */
export function toolsOf(
  { tools = [] }: Pick<Bundle, 'tools'>,
  hosts: Pick<ToolHosts, 'call'>,
  semantics: Semantics,
): readonly Tool[] {
  return tools.flatMap((tool) => {
    const { source } = tool;
    if (isHosted(tool)) return [hostTool(tool, hosts, semantics.defaults.toolTimeoutSeconds)];
    return source.type === 'builtin' ? [builtinTool(tool, source, semantics)] : [];
  });
}
