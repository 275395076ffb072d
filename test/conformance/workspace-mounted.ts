// Tries every way into a Workspace in which something is mounted, and says what came of each as one line of JSON.
import { readFileSync } from 'node:fs';
import { semanticsOf } from '#runtime';
import { openWorkspace } from '../../runtime/workspace/open.ts';
import { PathRefused } from '../../runtime/workspace/refusal.ts';

const [folder = ''] = process.argv.slice(2);

async function ruleOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    if (error instanceof PathRefused) return `${error.rule} ${error.path}`;
    throw error;
  }
}

const workspace = await openWorkspace({
  spaces: { workspace: folder, domain: null, references: {} },
  policy: { readScope: ['workspace'], writeScope: ['workspace'] },
  limits: semanticsOf(1).fileLimits,
  sizeLimitBytes: null,
});
const outcomes = {
  rebuild: await ruleOf(() => workspace.rebuild([], () => Promise.reject(new Error('nothing to read')))),
  digest: await ruleOf(() => workspace.treeDigest()),
  write: await ruleOf(() => workspace.forCall().write('mounted/new.txt', 'x')),
  mounts: readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder)).length,
};
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
