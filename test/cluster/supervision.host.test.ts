import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildTools, toolPath } from './build.ts';
import { readFacts } from './facts.ts';
import { layoutOf } from './layout.ts';
import { startSupervisor } from './supervision.ts';
import { clusterFolders } from './sweep.ts';
import { toolsFor } from './tools.ts';

test('names the part that failed to start and shows its last words, and leaves nothing', async () => {
  await buildTools(toolsFor('api'), () => {});
  const folder = mkdtempSync(join(tmpdir(), 'orket-broken-tools-'));
  for (const tool of toolsFor('api')) {
    const path = join(folder, tool.name);
    if (tool.name !== 'kube-apiserver') symlinkSync(toolPath(tool), path);
    else writeFileSync(path, '#!/bin/sh\necho "unknown flag: --melody" >&2\nexit 3\n');
    chmodSync(path, 0o755);
  }
  const order = { size: 'api', toolFolders: [folder], imageArchives: [] } as const;

  await expect(startSupervisor(order, { report: () => {}, stays: false })).rejects.toThrow(
    /kube-apiserver ended with exit code 3 before it was ready[^]*unknown flag: --melody/,
  );
  expect(clusterFolders().filter((dir) => usesToolsOf(dir, folder))).toEqual([]);
  rmSync(folder, { recursive: true });
});

function usesToolsOf(dir: string, folder: string): boolean {
  return existsSync(layoutOf(dir).facts) && readFacts(dir).toolFolders.includes(folder);
}
