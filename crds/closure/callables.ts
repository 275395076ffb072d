import type { Resource, Toolset } from '../generated/resources.ts';
import { didYouMean } from '../validate/suggest.ts';
import { builtinTools } from './builtin-tools.ts';
import type { Report } from './report.ts';

/** Names of all tools that a Flow with these Toolsets offers, sorted. */
export function toolNames(toolsets: readonly Toolset[]): readonly string[] {
  const offered = toolsets.flatMap(({ metadata, spec }) => spec.tools.map(({ name }) => `${metadata.name}.${name}`));
  return [...builtinTools.keys(), ...offered].toSorted();
}

/** Checks that a tool is offered. */
export function checkTool(
  resource: Resource,
  path: string,
  name: string,
  offered: readonly string[],
  report: Report,
): void {
  if (offered.includes(name)) return;
  report.add(resource, path, {
    reason: 'UnknownTool',
    message: `there is no tool ${JSON.stringify(name)}`,
    expected: `one of ${offered.slice(0, 12).join(', ')}`,
    found: JSON.stringify(name),
    remedy: `${didYouMean(name, offered)}A tool of a Toolset needs that Toolset in spec.toolsetRefs of the Flow.`,
  });
}

/** Checks that a role is there. */
export function checkRole(
  resource: Resource,
  path: string,
  name: string,
  roles: readonly string[],
  report: Report,
): void {
  if (roles.includes(name)) return;
  report.add(resource, path, {
    reason: 'UnknownRole',
    message: `there is no role ${JSON.stringify(name)}`,
    expected: `one of ${roles.toSorted().slice(0, 12).join(', ')}`,
    found: JSON.stringify(name),
    remedy: `${didYouMean(name, roles)}Roles are those of the Band that the Flow refers to.`,
  });
}
