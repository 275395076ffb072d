import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateLimits, type StateStore } from '../../runtime/state/state.ts';

/** The same state, opened any number of times. */
export interface StateRig {
  open(): StateStore;
  dispose(): Promise<void>;
}

/** What every store of state does. */
export function describeState(name: string, start: () => Promise<StateRig>): void {
  describe(`state in ${name}`, () => {
    let rig: StateRig;
    let state: StateStore;
    beforeEach(async () => {
      rig = await start();
      state = rig.open();
    });
    afterEach(() => rig.dispose());

    it('is null at version 0 where nothing was put', async () => {
      expect(await state.get('a')).toEqual({ value: null, version: 0 });
    });

    it('gives what was put, canonical, with a version that counts, to everybody who opens it', async () => {
      expect(await state.put('a', { b: 1, a: [null, 'ü'] }, 0, 'k1')).toBe(1);
      expect(await state.put('a', null, 1, 'k2')).toBe(2);
      expect(await state.put('a', 'three', 2, 'k3')).toBe(3);
      expect(await rig.open().get('a')).toEqual({ value: 'three', version: 3 });
      expect(await state.get('b')).toEqual({ value: null, version: 0 });
    });

    it('refuses a put that replaces another version than the one that is there', async () => {
      await state.put('a', 1, 0, 'k1');
      for (const version of [0, 2, 7]) {
        await expect(state.put('a', 2, version, `k2-${version}`)).rejects.toMatchObject({
          reason: 'StateConflict',
          detail: { at: 'state "a"', expected: `version ${version}`, found: 'version 1' },
        });
      }
      expect(await state.get('a')).toEqual({ value: 1, version: 1 });
    });

    it('does a put once that comes again with its key, also after others and for another opener', async () => {
      expect(await state.put('a', 1, 0, 'k1')).toBe(1);
      expect(await state.put('a', 2, 1, 'k2')).toBe(2);
      expect(await rig.open().put('a', 1, 0, 'k1')).toBe(1);
      expect(await state.get('a')).toEqual({ value: 2, version: 2 });
    });

    it('refuses another value for a call that has put one', async () => {
      await state.put('a', 1, 0, 'k1');
      await expect(state.put('a', 2, 0, 'k1')).rejects.toMatchObject({ reason: 'StateConflict' });
    });

    it('never does a put twice, however many came after it', async () => {
      for (let version = 0; version < stateLimits.puts + 2; version += 1) {
        await state.put('a', version, version, `k${version}`);
      }
      await expect(state.put('a', 0, 0, 'k0')).rejects.toMatchObject({ reason: 'StateConflict' });
      expect(await state.put('a', stateLimits.puts, stateLimits.puts, `k${stateLimits.puts}`)).toBe(
        stateLimits.puts + 1,
      );
    });

    it.each(['..', '../../etc/passwd', '/', 'a/b', 'CON', 'a\0b', ' ', '\u202E', 'lock.db', 'é', 'e\u0301', 'É'])(
      'takes any text as a key: %j',
      async (key) => {
        await state.put(key, key, 0, 'k');
        await state.put('other', 1, 0, 'k');
        expect(await rig.open().get(key)).toEqual({ value: key, version: 1 });
      },
    );

    it.each(['', '\uD800', 'x'.repeat(stateLimits.keyLength + 1), 'x'.repeat(1_000_000)])(
      'refuses what can be no key',
      async (key) => {
        await expect(state.get(key)).rejects.toMatchObject({ reason: 'InputRefused' });
        await expect(state.put(key, 1, 0, 'k')).rejects.toMatchObject({ reason: 'InputRefused' });
      },
    );

    it('keeps a value up to its limit and none beyond it', async () => {
      const longest = 'x'.repeat(stateLimits.valueBytes - 2);
      const key = '\u0001'.repeat(stateLimits.keyLength);
      await state.put(key, longest, 0, 'k1');
      expect((await rig.open().get(key)).value).toBe(longest);
      await expect(state.put(key, `${longest}x`, 1, 'k2')).rejects.toMatchObject({ reason: 'StorageExceeded' });
      expect((await state.get(key)).version).toBe(1);
    });

    it('keeps no more keys than its limit', async () => {
      for (let key = 0; key < stateLimits.keys; key += 1) await state.put(`key-${key}`, key, 0, `k${key}`);
      await expect(state.put('more', 1, 0, 'k')).rejects.toMatchObject({ reason: 'StorageExceeded' });
      expect(await state.put('key-0', 1, 1, 'again')).toBe(2);
    }, 30_000);

    it('lets one of many that put at once win each version', async () => {
      const stores = [state, rig.open(), rig.open()];
      for (let version = 0; version < 10; version += 1) {
        const puts = stores.map((store, index) => store.put('a', index, version, `${index}/${version}`));
        const ends = await Promise.allSettled(puts);
        expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      }
      expect((await state.get('a')).version).toBe(10);
    });

    it('is what a map with versions would be, whatever is put in whatever order', async () => {
      const text = fc.string({ unit: 'grapheme', maxLength: 8 });
      const put = fc.record({
        key: fc.constantFrom('a', 'b'),
        value: fc.oneof(
          text,
          fc.maxSafeInteger(),
          fc.constant(null),
          fc.array(fc.boolean()),
          fc.dictionary(text, text),
        ),
        behind: fc.constantFrom(0, 0, 0, 1),
      });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(put, { maxLength: 8 }), async (puts) => {
          round += 1;
          const model = new Map<string, { readonly value: unknown; readonly version: number }>();
          for (const [index, { key, value, behind }] of puts.entries()) {
            const [name, version] = [`${key}${round}`, model.get(key)?.version ?? 0];
            const done = state.put(name, value, Math.max(version - behind, 0), `k${index}`);
            if (behind > 0 && version > 0) await expect(done).rejects.toMatchObject({ reason: 'StateConflict' });
            else {
              expect(await done).toBe(version + 1);
              model.set(key, { value, version: version + 1 });
            }
          }
          for (const [key, expected] of model) expect(await state.get(`${key}${round}`)).toEqual(expected);
        }),
        { numRuns: 20 },
      );
    });
  });
}
