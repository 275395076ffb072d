import type { Digest } from '../canonical/digest.ts';
import { builtinNamed, builtinTools } from '../closure/builtin-tools.ts';
import type { Closure } from '../closure/references.ts';
import { stepsOf } from '../closure/steps.ts';
import { toolCode } from '../closure/tool-code.ts';
import { OrketError } from '../errors.ts';
import type { ToolDeclaration, Toolset } from '../generated/resources.ts';
import type { BundleTool, BundleToolSource } from './bundle.ts';
import { projectRetry } from './retry.ts';
import { builtinRisksV1, defaultsV1, withoutDefaults } from './v1.ts';

/** The digest of the code of each Toolset that is not built in, by its name. */
export type ToolTrees = Readonly<Record<string, Digest>>;

/**
 * The tools that the roles and steps of a closure name, and those that they are probed by, with their sources, sorted by
 * name; where one of them may call others, all that the Toolsets declare. Throws `ToolsNotReachable` where the code of one is not known.
 */
export function bundleTools(closure: Closure, trees: ToolTrees): readonly BundleTool[] {
  const offered = offeredBy(closure.toolsets);
  const tools = new Map<string, BundleTool>();
  const take = (name: string): void => {
    const project = offered.get(name);
    if (project === undefined || tools.has(name)) return;
    const tool = project(trees);
    tools.set(name, tool);
    if (tool.idempotency?.probe !== undefined) take(tool.idempotency.probe);
    // It may ask for what can do something, and call that.
    if (tool.reentrant === true) for (const other of declaredIn(closure.toolsets)) take(other);
  };
  for (const name of namedIn(closure)) take(name);
  return [...tools.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function declaredIn(toolsets: readonly Toolset[]): readonly string[] {
  return toolsets.flatMap(({ metadata, spec }) => spec.tools.map(({ name }) => `${metadata.name}.${name}`));
}

function namedIn({ band, score, scores }: Closure): ReadonlySet<string> {
  return new Set([
    ...band.spec.roles.flatMap(({ tools = [] }) => tools),
    ...[score, ...scores].flatMap(stepsOf).flatMap(({ step: { tool } }) => (tool === undefined ? [] : [tool])),
  ]);
}

type Project = (trees: ToolTrees) => BundleTool;

function offeredBy(toolsets: readonly Toolset[]): ReadonlyMap<string, Project> {
  const own = [...builtinTools].map(([name, builtin]): [string, Project] => {
    return [name, () => ({ name, source: { type: 'builtin', name: builtin } })];
  });
  const declared = toolsets.flatMap((toolset) =>
    toolset.spec.tools.map((tool): [string, Project] => {
      const name = `${toolset.metadata.name}.${tool.name}`;
      return [name, (trees) => projectTool(name, sourceOf(toolset, tool.name, trees), tool)];
    }),
  );
  return new Map([...own, ...declared]);
}

function projectTool(name: string, source: BundleToolSource, tool: ToolDeclaration): BundleTool {
  const { description, risk, timeoutSeconds, tags, inputSchema, outputSchema, reentrant, digest } = tool;
  const shared = { name, source, description, timeoutSeconds, retry: projectRetry(tool.retry), tags: tags?.toSorted() };
  if (source.type === 'builtin') {
    const raised = risk === builtinRisksV1[source.name] ? undefined : risk;
    return withoutDefaults({ ...shared, risk: raised, digest }, { tags: [] });
  }
  const { idempotency } = tool;
  const byDefault = risk === 'read' ? 'safe' : 'none';
  const kept =
    idempotency === undefined || idempotency.mode === byDefault
      ? undefined
      : withoutDefaults({ mode: idempotency.mode, probe: idempotency.probe });
  return withoutDefaults(
    { ...shared, risk, inputSchema, outputSchema, idempotency: kept, reentrant, digest },
    defaultsV1.tool,
  );
}

function sourceOf(toolset: Toolset, tool: string, trees: ToolTrees): BundleToolSource {
  const { source } = toolset.spec;
  const { name } = toolset.metadata;
  if (source === 'builtin') {
    const builtin = builtinNamed(tool);
    if (builtin !== undefined) return { type: 'builtin', name: builtin };
    throw new OrketError('Internal', `Toolset ${name} lists a built-in tool that there is not`, { found: tool });
  }
  const code = toolCode(toolset);
  const tree = Object.hasOwn(trees, name) ? trees[name] : undefined;
  if (code !== undefined && tree !== undefined) return { type: source, tree, entry: code.entry, tool };
  throw new OrketError('ToolsNotReachable', 'the code of a Toolset is not known here', {
    at: `Toolset ${name} spec.path`,
    expected: 'a file of the work tree that holds the manifests',
    found: 'none',
    remedy: 'Run the Flow from a checkout, or use tools that are built in.',
  });
}
