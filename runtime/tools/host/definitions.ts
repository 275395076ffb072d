import { canonicalJson, isJsonObject, OrketError, type BundleTool, type JsonObject, type JsonValue } from '#crds';
import type { Risk } from '../../journal/record.ts';
import { atMost } from '../../call/risk.ts';
import { schemaShape } from '../../call/schema-shape.ts';
import { bounds, protocolVersion, type ToolDefinition } from './protocol.ts';

/** A tool of a bundle whose code is not ours. */
export type HostedTool = BundleTool & {
  readonly source: Exclude<BundleTool['source'], { readonly type: 'builtin' }>;
};

export function isHosted(tool: BundleTool): tool is HostedTool {
  return tool.source.type !== 'builtin';
}

const risks: ReadonlySet<string> = new Set<Risk>(['read', 'write', 'network', 'destructive']);

/** Reads the answer to `initialize`. Throws `ToolHostFailed` where it is not one. */
export function readDefinitions(answer: JsonValue): readonly ToolDefinition[] {
  const { protocol, tools } = isJsonObject(answer) ? answer : {};
  if (protocol !== protocolVersion) throw refused('protocol', `${protocolVersion}`, typeof protocol);
  if (!Array.isArray(tools) || tools.length > bounds.tools) throw refused('tools', `at most ${bounds.tools}`, 'others');
  return tools.map((tool: JsonValue, index) => readDefinition(tool, `tools[${index}]`));
}

function readDefinition(value: JsonValue, at: string): ToolDefinition {
  const { name, description, inputSchema, outputSchema, risk } = isJsonObject(value) ? value : {};
  if (typeof name !== 'string') throw refused(`${at}.name`, 'a text', typeof name);
  if (typeof description !== 'string') throw refused(`${at}.description`, 'a text', typeof description);
  if (!isJsonObject(inputSchema)) throw refused(`${at}.inputSchema`, 'an object', typeof inputSchema);
  if (outputSchema !== null && !isJsonObject(outputSchema)) throw refused(`${at}.outputSchema`, 'an object', 'none');
  if (!isRisk(risk)) throw refused(`${at}.risk`, 'a risk', typeof risk);
  return { name, description, inputSchema, outputSchema, risk };
}

function isRisk(value: JsonValue | undefined): value is Risk {
  return typeof value === 'string' && risks.has(value);
}

/** What a Toolset says of one tool, as far as its code has a say in it. */
export interface Declared extends Pick<BundleTool, 'inputSchema' | 'outputSchema' | 'risk'> {
  /** As its code has it, without its Toolset. */
  readonly name: string;
}

/** Where a Toolset and its code say different things. */
export interface Difference {
  readonly of: 'name' | 'inputSchema' | 'outputSchema' | 'risk';
  readonly declared: string;
  readonly offered: string;
}

/** Where what code offers is not what is declared of one tool; nothing where a Session may call it. */
export function differencesOf(offered: readonly ToolDefinition[], declared: Declared): readonly Difference[] {
  const { name, risk = 'destructive' } = declared;
  const found = offered.find((tool) => tool.name === name);
  if (found === undefined) {
    const names = offered.map((tool) => tool.name).toSorted();
    return [{ of: 'name', declared: `a tool "${name}" in the code`, offered: names.join(', ') || 'none' }];
  }
  return [
    ...differentSchema('inputSchema', declared.inputSchema, found.inputSchema),
    ...differentSchema('outputSchema', declared.outputSchema, found.outputSchema),
    ...(atMost(found.risk, risk)
      ? []
      : [{ of: 'risk', declared: `at most ${risk}, as declared`, offered: found.risk } as const]),
  ];
}

function differentSchema(
  of: 'inputSchema' | 'outputSchema',
  declared: JsonObject | undefined,
  offered: JsonObject | null,
): readonly Difference[] {
  if (declared === undefined) return [];
  const [one, other] = [canonicalJson(schemaShape(declared)), canonicalJson(schemaShape(offered))];
  return one === other ? [] : [{ of, declared: excerpt(one), offered: excerpt(other) }];
}

/** Holds what a host offers against what its Toolset says. Throws `ToolHostFailed` for the first difference. */
export function checkDefinitions(offered: readonly ToolDefinition[], declared: readonly HostedTool[]): void {
  for (const tool of declared) {
    const [first] = differencesOf(offered, { ...tool, name: tool.source.tool });
    if (first === undefined) continue;
    throw refused(first.of === 'name' ? tool.name : `${tool.name} ${first.of}`, first.declared, first.offered);
  }
}

function excerpt(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300).toWellFormed()}…`;
}

function refused(at: string, expected: string, found: string): OrketError {
  return new OrketError('ToolHostFailed', 'the tools in the code are not those that the Toolset declares', {
    at,
    expected,
    found: excerpt(found),
    remedy: 'Make the Toolset and its code say the same.',
  });
}
