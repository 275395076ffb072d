import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileState } from '../../runtime/state/file-state.ts';
import { memoryState } from '../session/memory-state.ts';
import { describeState } from './state.ts';

describeState('memory', async () => {
  const state = memoryState();
  return { open: () => state, dispose: async () => {} };
});

describeState('files', async () => {
  const dir = fs.mkdtempSync(join(os.tmpdir(), 'orket-state-'));
  return {
    open: () => fileState({ dir: join(dir, 'state', 'flow'), wait: (ms) => sleep(ms) }),
    dispose: async () => fs.rmSync(dir, { recursive: true }),
  };
});
