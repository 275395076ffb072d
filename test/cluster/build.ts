import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailed, runCommand } from './command.ts';
import { withLock } from './lock.ts';
import { buildFolder, toolCache, type Tool } from './tools.ts';

export type Report = (line: string) => void;

/**
 * Builds the tools that are not in the cache yet, one after the other, and returns the folders to put on PATH.
 * Two runs may call this at once: the second waits for the first. Throws with what is missing and what to do.
 */
export async function buildTools(tools: readonly Tool[], report: Report): Promise<readonly string[]> {
  if (missing(tools).length > 0) {
    mkdirSync(toolCache, { recursive: true });
    const waited = (seconds: number) => report(`waiting for another run that builds the cluster's tools, ${seconds} s`);
    await withLock(join(toolCache, 'lock'), waited, () => buildMissing(missing(tools), report));
  }
  return [...new Set(tools.map((tool) => buildFolder(tool.module)))];
}

export function toolPath(tool: Tool): string {
  return join(buildFolder(tool.module), tool.name);
}

function missing(tools: readonly Tool[]): readonly Tool[] {
  return tools.filter((tool) => !existsSync(toolPath(tool)));
}

async function buildMissing(tools: readonly Tool[], report: Report): Promise<void> {
  const since = Date.now();
  for (const [index, tool] of tools.entries()) {
    const say = () => report(`building ${tool.name} (${index + 1} of ${tools.length}), ${elapsed(since)}`);
    say();
    const heartbeat = setInterval(say, 20_000);
    await buildTool(tool).finally(() => clearInterval(heartbeat));
  }
  if (tools.length > 0) report(`built ${tools.length} tools, ${elapsed(since)}`);
}

async function buildTool(tool: Tool): Promise<void> {
  const target = toolPath(tool);
  const unfinished = `${target}.unfinished`;
  mkdirSync(buildFolder(tool.module), { recursive: true });
  rmSync(unfinished, { force: true });
  const args = ['build', '-trimpath', '-buildvcs=false', ...tool.module.flags, '-o', unfinished, tool.package];
  try {
    await runCommand('go', args, { cwd: tool.module.folder, env: { ...process.env, CGO_ENABLED: '0' } });
  } catch (cause) {
    throw new Error(explain(tool, cause), { cause });
  }
  // Only a complete program ever has the tool's name.
  renameSync(unfinished, target);
}

function explain(tool: Tool, cause: unknown): string {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  if (isMissing) {
    return `building ${tool.name}: expected the command "go" on PATH, found none. Install Go 1.26 or later and run this again.`;
  }
  const output = cause instanceof CommandFailed ? cause.stderr : '';
  const advice = /dial tcp|no such host|i\/o timeout|connection refused|TLS handshake|unexpected EOF|50\d /.test(output)
    ? 'Its modules could not be downloaded from the proxy that `go env GOPROXY` names. Run this again: what has arrived is kept.'
    : `Run \`go build ${tool.package}\` in ${tool.module.folder} to see it alone.`;
  return `building ${tool.name} failed. ${advice}\n${cause instanceof Error ? cause.message : String(cause)}`;
}

function elapsed(since: number): string {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}
