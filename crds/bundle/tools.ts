import type { Closure } from '../closure/references.ts';
import { builtinTools } from '../closure/callables.ts';
import type { BundleTool } from './bundle.ts';
import { builtinRisksV1, withoutDefaults } from './v1.ts';

/** The tools that the roles and steps of a closure name, with their sources, sorted by name. */
export function bundleTools({ band, score, toolsets }: Closure): readonly BundleTool[] {
  const named = new Set([
    ...band.spec.roles.flatMap(({ tools = [] }) => tools),
    ...score.spec.steps.flatMap(({ tool }) => (tool === undefined ? [] : [tool])),
  ]);
  const offered = new Map<string, BundleTool>(
    builtinTools.map((name) => [`files.${name}`, { name: `files.${name}`, source: { type: 'builtin', name } }]),
  );
  for (const { metadata, spec } of toolsets) {
    for (const { name: local, description, risk, timeoutSeconds } of spec.tools) {
      const name = `${metadata.name}.${local}`;
      const raised = risk === builtinRisksV1[local] ? undefined : risk;
      offered.set(
        name,
        withoutDefaults({
          name,
          source: { type: spec.source, name: local },
          description,
          risk: raised,
          timeoutSeconds,
        }),
      );
    }
  }
  const tools = [...named].toSorted().map((name) => offered.get(name));
  return tools.filter((tool) => tool !== undefined);
}
