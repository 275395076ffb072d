import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf, opened, recorded, textOf } from './workspace-alone.ts';
import type { WorkspaceChange } from '../../runtime/journal/record.ts';
import { semanticsOf } from '#runtime';
import { recordedWorkspace } from '../../runtime/replay/recorded-workspace.ts';
import { byCodePoint } from '../../runtime/workspace/order.ts';
import type { CallFiles, Workspace } from '../../runtime/workspace/workspace.ts';

const folders = ['fan/left', 'fan/right', 'fan/left/each/[0]', 'fan/left/each/[1]', ''] as const;

function branchOf(workspace: Workspace, folder: (typeof folders)[number]): Workspace {
  const [first, second] = folder.split('/each/');
  if (folder === '') return workspace;
  const outer = workspace.branch(first ?? '');
  return second === undefined ? outer : outer.branch(`each/${second}`);
}

/** What a branch should see of the files of the whole, by folder and name alone. */
function viewOf(files: ReadonlyMap<string, string>, folder: string): ReadonlyMap<string, string> {
  const [outer = '', inner] = folder.split('/each/');
  const below = inner === undefined ? [''] : ['', `${outer}/`];
  const view = new Map<string, string>();
  for (const layer of [...below, `${folder}/`]) {
    for (const [name, text] of files) {
      const rest = name.slice(layer.length);
      const hidden = layer === '' ? 'fan/' : layer === `${folder}/` ? null : 'each/';
      if (name.startsWith(layer) && (hidden === null || !rest.startsWith(hidden))) view.set(rest, text);
    }
  }
  return view;
}

const path = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'd-e', '\u{1F600}');
const text = fc.constantFrom('', '1', '2', 'three');
interface Write {
  readonly folder: (typeof folders)[number];
  readonly path: string;
  readonly text: string;
}
const writes: fc.Arbitrary<readonly Write[]> = fc.array(
  fc.record({ folder: fc.constantFrom(...folders), path, text }),
  { maxLength: 18 },
);

/** Writes as a run does: a view waits while its branches are at work, and these write at once. */
async function writeAll(workspace: Workspace, all: readonly Write[]): Promise<readonly WorkspaceChange[]> {
  const changes: WorkspaceChange[] = [];
  for (const level of [[''], ['fan/left', 'fan/right'], ['fan/left/each/[0]', 'fan/left/each/[1]']]) {
    const now = all.filter(({ folder }) => level.includes(folder));
    const writeOne = async (write: Write): Promise<CallFiles> => {
      const files = branchOf(workspace, write.folder).forCall();
      await files.write(write.path, write.text);
      return files;
    };
    const calls = await Promise.all(now.map(writeOne));
    changes.push(...calls.flatMap((call) => recorded(call.log())));
  }
  return changes;
}

describe('branches that write at once', () => {
  it('each see their own files over those of before, and are rebuilt and replayed to the same', async () => {
    await fc.assert(
      fc.asyncProperty(writes, async (all) => {
        const { workspace } = await opened();
        const changes = await writeAll(workspace, all);
        const replayed = recordedWorkspace({}, () => changes, contentOf, semanticsOf(1).fileLimits);
        const files = new Map(changes.map((change) => [change.path, textOfChange(change)]));
        for (const folder of folders) {
          const branch = branchOf(workspace, folder);
          expect(await branchOf(replayed, folder).treeDigest()).toBe(await branch.treeDigest());
          if (folder !== '') await expectView(branch, branchOf(replayed, folder), viewOf(files, folder));
        }
        const second = (await opened({ 'left-behind': 'x' })).workspace;
        await second.rebuild(changes, contentOf);
        expect(await second.treeDigest()).toBe(await workspace.treeDigest());
      }),
      { numRuns: 60 },
    );
  });
});

function textOfChange({ content }: WorkspaceChange): string {
  return content !== null && 'text' in content ? content.text : '';
}

async function expectView(branch: Workspace, replayed: Workspace, view: ReadonlyMap<string, string>): Promise<void> {
  const call = branch.forCall();
  const { entries } = await call.list('', { recursive: true, max: 100 });
  const paths = entries.filter(({ kind }) => kind === 'file').map((entry) => entry.path.slice('workspace:'.length));
  expect(paths).toEqual([...view.keys()].toSorted(byCodePoint));
  for (const [name, expected] of view) {
    expect(await textOf(call, name)).toBe(expected);
    expect(Buffer.from(await replayed.readFile(name)).toString()).toBe(expected);
  }
}
