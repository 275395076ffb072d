import fc from 'fast-check';
import { expect } from 'vitest';
import type { WorkspaceChange } from '../../runtime/journal/record.ts';
import { contentOf, opened, recorded } from './workspace-alone.ts';

/** Reads in parts put together to the file, whatever the size of the parts. */
export async function readsInParts(runs: number): Promise<void> {
  const { workspace } = await opened();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 20 }), async (text, bytes) => {
      const files = workspace.forCall();
      const whole = text.replaceAll(/\0|\uFFFD/gu, '');
      const path = `f${number++}`;
      await files.write(path, whole);
      let together = '';
      for (let offset = 0, more = true; more;) {
        const part = await files.read(path, { offset, bytes });
        expect(part.offset).toBe(offset);
        together += part.text;
        offset += part.bytes;
        more = part.truncated;
      }
      expect(together).toBe(whole);
    }),
    { numRuns: runs },
  );
}

/** A listing is the same beginning of the same order, however much is asked for. */
export async function listsFromTheBeginning(runs: number): Promise<void> {
  const segment = fc.stringMatching(/^[a-c.-]{1,3}$/).filter((name) => !/^\.+$/.test(name));
  const paths = fc.uniqueArray(
    fc.array(segment, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
    { maxLength: 12 },
  );
  const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  await fc.assert(
    fc.asyncProperty(paths, fc.integer({ min: 1, max: 20 }), async (names, max) => {
      const files = (await opened()).workspace.forCall();
      // A name that is a folder already stays one.
      for (const name of names) await files.write(name, 'x').catch(() => undefined);
      const all = (await files.list('', { recursive: true, max: 1000 })).entries.map(({ path }) => path);
      expect(all).toEqual(all.toSorted(compare));
      const some = await files.list('', { recursive: true, max });
      expect(some.entries.map(({ path }) => path)).toEqual(all.slice(0, max));
      expect(some.truncated).toBe(all.length > max);
    }),
    { numRuns: runs },
  );
}

/** A rebuild of any writes gives the same tree, over whatever was there. */
export async function rebuildsToTheSame(runs: number): Promise<void> {
  const name = fc.constantFrom('a', 'b', 'ü', 'x/a', 'x/y/b', 'x/y/c', '\u{1F600}');
  const writes = fc.array(fc.record({ name, text: fc.string({ unit: 'grapheme', maxLength: 5 }) }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(writes, async (all) => {
      const first = (await opened()).workspace;
      const calls = [first.forCall(), first.forCall()];
      const changes: WorkspaceChange[] = [];
      for (const { name: path, text } of all) {
        const files = first.forCall();
        await files.write(path, text);
        changes.push(...recorded(files.log()));
      }
      expect(calls.flatMap((files) => files.log().changes)).toEqual([]);
      const second = (await opened({ 'left-behind': 'x' })).workspace;
      await second.rebuild(changes, contentOf);
      expect(await second.treeDigest()).toBe(await first.treeDigest());
    }),
    { numRuns: runs },
  );
}
