import type { BuiltinTool, BundleTool } from '#crds';
import type { Tool } from '../call/run.ts';
import { stricter } from '../call/risk.ts';
import type { BuiltinDefaults, Semantics } from '../semantics/semantics.ts';
import { listFiles } from './files-list.ts';
import { readFile } from './files-read.ts';
import { searchFiles } from './files-search.ts';
import { getState } from './state-get.ts';
import { putState } from './state-put.ts';
import { writeFile } from './files-write.ts';
import type { Perform } from './perform.ts';

const performs: Readonly<Record<BuiltinTool, (defaults: BuiltinDefaults) => Perform>> = {
  read: readFile,
  list: listFiles,
  write: () => writeFile,
  search: searchFiles,
  stateGet: () => getState,
  statePut: () => putState,
};

type Builtin = Extract<BundleTool['source'], { readonly type: 'builtin' }>;

/** A built-in tool with what a Toolset says about it. A risk is raised, never lowered. */
export function builtinTool(
  { name, description, risk, timeoutSeconds, retry, tags }: Omit<BundleTool, 'source'>,
  source: Builtin,
  { builtinDefinitions, builtinDefaults }: Semantics,
): Tool {
  const own = builtinDefinitions[source.name];
  return {
    name,
    kind: 'tool',
    description: description ?? own.description,
    inputSchema: own.inputSchema,
    outputSchema: own.outputSchema,
    risk: risk === undefined ? own.risk : stricter(risk, own.risk),
    recovery: own.recovery,
    isBuiltin: true,
    timeoutMs: (timeoutSeconds ?? own.timeoutSeconds) * 1000,
    perform: performs[source.name](builtinDefaults),
    ...(retry === undefined ? {} : { retry }),
    ...(tags === undefined ? {} : { tags }),
  };
}
