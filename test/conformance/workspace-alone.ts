import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FileContent, WorkspaceChange } from '../../runtime/journal/record.ts';
import { semanticsOf } from '#runtime';
import type { FileLimits } from '../../runtime/semantics/semantics.ts';
import { openWorkspace } from '../../runtime/workspace/open.ts';
import type { CallFiles, FileLog, Workspace } from '../../runtime/workspace/workspace.ts';

interface Opened {
  readonly folder: string;
  readonly workspace: Workspace;
}

/** A Workspace in a folder of its own with these files. */
export async function opened(
  files: Readonly<Record<string, string>> = {},
  sizeLimitBytes: number | null = null,
  bounds: Partial<FileLimits> = {},
): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'orket-branch-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const workspace = await openWorkspace({
    spaces: { workspace: folder, domain: null, references: {} },
    policy: { readScope: ['workspace'], writeScope: ['workspace'] },
    limits: { ...semanticsOf(1).fileLimits, ...bounds },
    sizeLimitBytes,
  });
  return { folder, workspace };
}

export async function textOf(files: CallFiles, path: string): Promise<string> {
  return (await files.read(path, { offset: 0, bytes: 1024 })).text;
}

/** The changes of a call as the journal holds them. */
export function recorded({ changes }: FileLog): readonly WorkspaceChange[] {
  return changes.map(({ bytes, ...change }) => ({
    kind: 'file',
    ...change,
    content: bytes === null ? null : { text: Buffer.from(bytes).toString() },
  }));
}

export function contentOf(content: FileContent | null): Promise<Uint8Array> {
  if (content !== null && 'text' in content) return Promise.resolve(Buffer.from(content.text));
  return Promise.reject(new Error('no pack in this test'));
}
