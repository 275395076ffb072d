import { describe, it } from 'vitest';
import { bundleOf, stepOf, toolOf } from '../session/bundles.ts';
import { surviveEveryKill } from '../session/kills.ts';

describe('the storage of a Session', () => {
  it('is counted the same after whichever record the Session was killed', () => {
    const write = (id: string, path: string, text: string): ReturnType<typeof stepOf> =>
      stepOf({ id, tool: 'files.write', input: { path, text } });
    return surviveEveryKill(
      bundleOf({
        tools: [toolOf('files.write', 'write')],
        workspace: { sizeLimitBytes: 10 },
        steps: [
          write('large', 'a.txt', '12345678'),
          write('smaller', 'a.txt', '12'),
          write('full', 'b.txt', '12345678'),
          write('beyond', 'c.txt', '1'),
        ],
      }),
    );
  });
});
