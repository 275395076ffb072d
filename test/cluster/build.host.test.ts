import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildTools, toolPath } from './build.ts';
import { runCommand } from './command.ts';
import { buildFolder, type Tool } from './tools.ts';

let tool: Tool;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'orket-go-'));
  // The folder's own name makes the digest of its go.mod, and so its place in the cache, one that nobody else uses.
  writeFileSync(join(folder, 'go.mod'), `module orket.dev${folder.toLowerCase()}\n\ngo 1.24\n`);
  writeFileSync(join(folder, 'go.sum'), '');
  writeProgram(folder, `println("hello")`);
  tool = { name: 'hello', package: '.', module: { folder, flags: [] } };
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(buildFolder(tool.module), { recursive: true, force: true });
  rmSync(tool.module.folder, { recursive: true });
});

test('builds a tool once when two runs need it at the same time, and says what it builds', async () => {
  const lines: string[] = [];
  const build = () => buildTools([tool], (line) => lines.push(line));
  const [folders] = await Promise.all([build(), build()]);

  expect(folders).toEqual([buildFolder(tool.module)]);
  expect(lines.filter((line) => line.startsWith('building hello (1 of 1)'))).toHaveLength(1);
  await expect(runCommand(toolPath(tool), [])).resolves.toBe('');
});

test('builds nothing, and needs no Go, when everything is there', async () => {
  await buildTools([tool], () => {});
  vi.stubEnv('PATH', '/nowhere');
  const report = vi.fn<(line: string) => void>();
  await buildTools([tool], report);

  expect(report).not.toHaveBeenCalled();
});

test('shows what the compiler says, and leaves no half tool', async () => {
  writeProgram(tool.module.folder, 'missing()');

  await expect(buildTools([tool], () => {})).rejects.toThrow(/building hello failed[^]*undefined: missing/);
  expect(existsSync(toolPath(tool))).toBe(false);
});

test('says that Go is missing and what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orket-path-'));
  for (const name of ['flock', 'sh', 'cat']) await runCommand('ln', ['-s', await which(name), join(folder, name)]);
  vi.stubEnv('PATH', folder);

  await expect(buildTools([tool], () => {})).rejects.toThrow(
    'expected the command "go" on PATH, found none. Install Go',
  );
  rmSync(folder, { recursive: true });
});

test('says that a download failed and that running it again goes on where it stopped', async () => {
  writeFileSync(
    join(tool.module.folder, 'go.mod'),
    'module orket.dev/test\n\ngo 1.24\n\nrequire example.com/away v1.0.0\n',
  );
  writeFileSync(join(tool.module.folder, 'main.go'), 'package main\n\nimport _ "example.com/away"\n\nfunc main() {}\n');
  vi.stubEnv('GOPROXY', 'http://127.0.0.1:1');
  vi.stubEnv('GOFLAGS', '-mod=mod');

  await expect(buildTools([tool], () => {})).rejects.toThrow(/could not be downloaded[^]*what has arrived is kept/);
  expect(readdirSync(buildFolder(tool.module))).toEqual([]);
});

function writeProgram(folder: string, statement: string): void {
  writeFileSync(join(folder, 'main.go'), `package main\n\nfunc main() { ${statement} }\n`);
}

async function which(name: string): Promise<string> {
  return (await runCommand('which', [name])).trim();
}
