import { digestOf, type BundleTool, type JsonValue } from '#crds';
import type { HostedWork, ToolHosts } from '../../runtime/tools/host/hosts.ts';
import type { CallContext } from '../../runtime/call/run.ts';

/** A tool of others that may have an effect; without more nobody knows how often it may be called. */
export function hostedTool(name: string, parts: Partial<BundleTool> = {}): BundleTool {
  const tool = name.slice(name.indexOf('.') + 1);
  return {
    name,
    source: { type: 'module', tree: digestOf('tree'), entry: 'index.ts', tool },
    risk: 'network',
    ...parts,
  };
}

/** The hosts of an attempt with what their tools do, and the names of the tools that were called. */
export interface Desk {
  readonly hosts: ToolHosts;
  readonly called: readonly string[];
}

/** `perform` is told how many calls there were before. */
export function deskOf(
  perform: (before: number, context: CallContext, name: string, input: JsonValue) => Promise<JsonValue>,
): Desk {
  const called: string[] = [];
  const call: ToolHosts['call'] = ({ name }, input, context) => {
    called.push(name);
    return perform(called.length - 1, context, name, input);
  };
  return { hosts: { ...hostsOf(call), close: async () => {} }, called };
}

/** Lets everything happen without asking people. */
export const allowAll = [{ match: 'true', action: 'allow' }] as const;

/** Hosts that are always ready, and do this. */
export function hostsOf(call: ToolHosts['call']): HostedWork {
  return { call, ready: async () => false };
}
