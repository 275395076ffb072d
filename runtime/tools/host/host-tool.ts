import { canonicalCopy, digestOf, type JsonValue } from '#crds';
import type { Tool } from '../../call/run.ts';
import type { Recovery } from '../../journal/record.ts';
import type { HostedTool } from './definitions.ts';
import type { HostedWork } from './hosts.ts';

/** A tool of others as the harness knows it: what its Toolset declares, and what the strictest reading adds. `timeoutSeconds` where it says none. */
export function hostTool(tool: HostedTool, hosts: HostedWork, timeoutSeconds: number): Tool {
  const { name, description = '', risk = 'destructive', retry, tags, idempotency, reentrant } = tool;
  return {
    name,
    kind: 'tool',
    description,
    inputSchema: tool.inputSchema ?? {},
    outputSchema: tool.outputSchema ?? null,
    risk,
    recovery: recoveryOf(tool),
    ...(idempotency?.probe === undefined ? {} : { probe: idempotency.probe }),
    ...(reentrant === true ? { reentrant } : {}),
    ...(retry === undefined ? {} : { retry }),
    ...(tags === undefined ? {} : { tags }),
    digest: definedBy(tool),
    timeoutMs: (tool.timeoutSeconds ?? timeoutSeconds) * 1000,
    ready: () => hosts.ready(tool),
    perform: (input, context): Promise<JsonValue> => hosts.call(tool, input, context),
  };
}

/** What may be done when an attempt ends without an answer. */
function recoveryOf({ idempotency, risk, reentrant }: HostedTool): Recovery {
  if (reentrant === true) return 'reenter';
  const mode = idempotency?.mode ?? (risk === 'read' ? 'safe' : 'none');
  return mode === 'none' ? 'unknown' : mode;
}

/** Everything that its Toolset says, its code by the digest of the tree: what an approval of a call is bound to. */
function definedBy({ source, ...said }: HostedTool): ReturnType<typeof digestOf> {
  return digestOf(canonicalCopy({ ...said, source }).value);
}
