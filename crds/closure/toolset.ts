import { digestOf, type Digest } from '../canonical/digest.ts';
import type { ToolDeclaration, Toolset } from '../generated/resources.ts';
import { checkTool } from './callables.ts';
import type { Report } from './report.ts';
import { checkSchema } from './schemas.ts';
import { checkRelativePath } from './workspace.ts';

/** Checks a Toolset: its schemas, the place of its code, what was accepted, and, where they are known, its probes. */
export function checkToolset(toolset: Toolset, report: Report, offered?: readonly string[]): void {
  const { path, entry, tools } = toolset.spec;
  if (path !== undefined) checkRelativePath(toolset, 'spec.path', path, report);
  if (entry !== undefined) checkRelativePath(toolset, 'spec.entry', entry, report);
  for (const [index, tool] of tools.entries()) {
    const at = `spec.tools[${index}]`;
    checkSchema(toolset, `${at}.inputSchema`, tool.inputSchema, report);
    checkSchema(toolset, `${at}.outputSchema`, tool.outputSchema, report);
    const probe = tool.idempotency?.probe;
    if (probe !== undefined && offered !== undefined) {
      checkTool(toolset, `${at}.idempotency.probe`, probe, offered, report);
    }
    checkAccepted(toolset, at, tool, report);
  }
}

/** The digest of what is declared of a tool: what people accept, and what approvals are bound to. */
export function declarationDigest(
  { spec: { source } }: Toolset,
  { digest: _accepted, ...declared }: ToolDeclaration,
): Digest {
  return digestOf({ source, ...declared });
}

function checkAccepted(toolset: Toolset, path: string, tool: ToolDeclaration, report: Report): void {
  if (tool.digest === undefined) return;
  const declared = declarationDigest(toolset, tool);
  if (declared === tool.digest) return;
  report.add(toolset, `${path}.digest`, {
    reason: 'ToolChanged',
    message: `the tool ${JSON.stringify(tool.name)} is not the one that was accepted`,
    expected: tool.digest,
    found: declared,
    remedy: `Look at what changed; to accept it write ${declared}.`,
  });
}
