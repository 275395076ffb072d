import {
  canonicalJson,
  digestOf,
  isJsonObject,
  OrketError,
  type BundleTool,
  type Digest,
  type JsonObject,
  type JsonValue,
} from '#crds';
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

/** What an accepted definition is known by. */
function definitionDigest({ name, description, inputSchema, outputSchema, risk }: ToolDefinition): Digest {
  return digestOf({ name, description, inputSchema, outputSchema, risk });
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

/** Holds what a host offers against what its Toolset says. Throws `ToolHostFailed` for the first difference. */
export function checkDefinitions(offered: readonly ToolDefinition[], declared: readonly HostedTool[]): void {
  const byName = new Map(offered.map((tool) => [tool.name, tool]));
  for (const tool of declared) {
    const found = byName.get(tool.source.tool);
    if (found === undefined) {
      const names = [...byName.keys()].toSorted().join(', ');
      throw refused(tool.name, `a tool "${tool.source.tool}" in the code`, names === '' ? 'none' : names);
    }
    checkSchema(`${tool.name} inputSchema`, tool.inputSchema, found.inputSchema);
    checkSchema(`${tool.name} outputSchema`, tool.outputSchema, found.outputSchema);
    const risk = tool.risk ?? 'destructive';
    if (!atMost(found.risk, risk)) throw refused(`${tool.name} risk`, `at most ${risk}, as declared`, found.risk);
    if (tool.digest === undefined) continue;
    const digest = definitionDigest(found);
    if (digest !== tool.digest) throw refused(`${tool.name} digest`, tool.digest, digest);
  }
}

function checkSchema(at: string, declared: JsonObject | undefined, found: JsonObject | null): void {
  if (declared === undefined) return;
  const [expected, text] = [canonicalJson(schemaShape(declared)), canonicalJson(schemaShape(found))];
  if (expected !== text) throw refused(at, excerpt(expected), excerpt(text));
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
