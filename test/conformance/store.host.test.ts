import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { pooledFileOps } from '../../runtime/journal/file-ops.ts';
import { fileStore, type FileStoreOptions } from '../../runtime/journal/file-store.ts';
import { describeStore } from './store.ts';

const fileStores: Readonly<Record<string, (dir: string) => Partial<FileStoreOptions>>> = {
  file: () => ({}),
  'file, on the thread pool': () => ({ ops: pooledFileOps }),
  'file, anchored': (dir) => ({ anchorDir: join(dir, 'state') }),
};

for (const [name, options] of Object.entries(fileStores)) {
  describeStore(name, async () => {
    const dir = fs.mkdtempSync(join(os.tmpdir(), 'orket-store-'));
    return {
      next: () => fileStore({ dir: join(dir, 'session'), ...options(dir) }),
      dispose: async () => fs.rmSync(dir, { recursive: true }),
    };
  });
}
