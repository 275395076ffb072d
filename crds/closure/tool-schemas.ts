import type { JsonObject } from '../canonical/json.ts';
import type { Toolset } from '../generated/resources.ts';
import { builtinSchemas } from './builtin-schemas.ts';
import { builtinNamed, builtinTools } from './builtin-tools.ts';

/** What a tool takes and gives, as far as it is declared. */
export interface ToolSchemas {
  readonly input?: JsonObject;
  readonly output?: JsonObject;
}

/** The schemas of all tools that a Flow with these Toolsets offers, by name. */
export function toolSchemas(toolsets: readonly Toolset[]): ReadonlyMap<string, ToolSchemas> {
  const own = [...builtinTools].map(([name, tool]): [string, ToolSchemas] => [name, builtinSchemas[tool]]);
  const offered = toolsets.flatMap(({ metadata, spec: { source, tools } }) =>
    tools.map(({ name, inputSchema, outputSchema }): [string, ToolSchemas] => {
      const builtin = source === 'builtin' ? builtinNamed(name) : undefined;
      const declared = {
        ...(inputSchema === undefined ? {} : { input: inputSchema }),
        ...(outputSchema === undefined ? {} : { output: outputSchema }),
      };
      return [`${metadata.name}.${name}`, builtin === undefined ? declared : builtinSchemas[builtin]];
    }),
  );
  return new Map([...own, ...offered]);
}
