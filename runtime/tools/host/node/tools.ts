import type { DefinedTool } from '../../../../sdk/node/tool.ts';

/** The tools that a module exports: by its names, and by default one or a list. Throws where two have one name. */
export function collectTools(module: Readonly<Record<string, unknown>>): ReadonlyMap<string, DefinedTool> {
  const exported = Object.values(module).flatMap((value: unknown): readonly unknown[] =>
    Array.isArray(value) ? value : [value],
  );
  const tools = new Map<string, DefinedTool>();
  for (const tool of new Set(exported)) {
    if (!isTool(tool)) continue;
    if (tools.has(tool.name)) throw new Error(`two tools have the name "${tool.name}"`);
    tools.set(tool.name, tool);
  }
  return tools;
}

function isTool(value: unknown): value is DefinedTool {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'isOrketTool') === true;
}
