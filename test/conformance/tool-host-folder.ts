import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file and gives the folder. */
  file(name: string, text: string): string;
  remove(): void;
}

export function makeFolder(): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'orket-test-')));
  return {
    path,
    file: (name, text) => {
      writeFileSync(join(path, name), text);
      return path;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
