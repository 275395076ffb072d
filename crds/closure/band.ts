import type { Band, Toolset } from '../generated/resources.ts';
import { checkRole, checkTool, toolNames } from './callables.ts';
import type { Report } from './report.ts';
import { checkSchema } from './schemas.ts';

/** Checks a Band: the schemas of its roles, who may be called, and, where the Toolsets are known, the tools. */
export function checkBand(band: Band, report: Report, toolsets?: readonly Toolset[]): void {
  const roles = band.spec.roles.map(({ name }) => name);
  const tools = toolsets === undefined ? undefined : toolNames(toolsets);
  for (const [index, role] of band.spec.roles.entries()) {
    const path = `spec.roles[${index}]`;
    checkSchema(band, `${path}.inputSchema`, role.inputSchema, report);
    checkSchema(band, `${path}.outputSchema`, role.outputSchema, report);
    role.callable?.forEach((name, at) => checkRole(band, `${path}.callable[${at}]`, name, roles, report));
    if (tools === undefined) continue;
    role.tools?.forEach((name, at) => checkTool(band, `${path}.tools[${at}]`, name, tools, report));
  }
}
