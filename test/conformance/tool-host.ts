import { mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OrketError, type JsonValue } from '#crds';
import type { CallContext } from '../../runtime/call/run.ts';
import type { Bench } from './tool-host-bench.ts';
import { hosted, hostsFor } from './tool-host-rig.ts';

/** What every tool host has to do, whatever its tools are written in. */
export function describeToolHost({ language, folder, startHosts, opened, call, keepHosts }: Bench): void {
  const reentrant = { reentrant: true } as const;

  describe('calls', () => {
    keepHosts();
    it('gives a tool its input and takes its output', async () => {
      expect(await call('repeat', { text: 'ab', times: 3 })).toBe('ababab');
      expect(await call('repeat', { text: 'ab' })).toBe('abab');
    });

    it.each<[string, JsonValue]>([
      ['nothing', null],
      ['text with everything', 'ä\u0000\u{1F600}"\\\n'],
      ['numbers', [0, -1, 1.5, 2 ** 53 - 1, 1e-9]],
      ['nested objects', { a: { b: [{ __proto__: 1 }, []] } }],
      ['a large value', 'y'.repeat(1_000_000)],
    ])('carries %s there and back', async (_what, value) => {
      expect(await call('echo', { value })).toEqual(value);
    });

    it('keeps one process for all calls of a Toolset', async () => {
      const hosts = await startHosts('count');
      for (const expected of [1, 2, 3]) expect(await call('count', {}, { hosts })).toBe(expected);
    });

    it('runs calls side by side', async () => {
      const hosts = await startHosts('wait');
      const began = Date.now();
      const waits = Array.from({ length: 20 }, (_, index) => call('wait', { ms: 300 + index }, { hosts }));
      expect(await Promise.all(waits)).toEqual(Array.from({ length: 20 }, (_, index) => 300 + index));
      expect(Date.now() - began).toBeLessThan(5_000);
    });

    it('tells what a tool failed with, in its own words, and where', async () => {
      await expect(call('fail')).rejects.toMatchObject({
        reason: 'ToolFailed',
        message: expect.stringMatching(/it did not work out \(tools\.(ts|py):\d+\)$/),
      });
    });

    it('believes no reason that a tool was not given', async () => {
      await expect(call('pretend')).rejects.toMatchObject({
        reason: 'ToolFailed',
        message: expect.stringMatching(/believe me/),
      });
    });

    it('takes an output of 4 MiB, and refuses one that is over the bound without harm to others', async () => {
      const hosts = await startHosts('large', 'huge', 'count');
      expect(await call('count', {}, { hosts })).toBe(1);
      expect(await call('large', {}, { hosts })).toHaveLength(4 * 1024 * 1024);
      await expect(call('huge', {}, { hosts })).rejects.toMatchObject({ reason: 'ToolFailed' });
      expect(await call('count', {}, { hosts })).toBe(2);
    });

    it('refuses a number that JSON cannot hold exactly', async () => {
      await expect(call('inexact')).rejects.toMatchObject({
        reason: 'ToolFailed',
        message: expect.stringMatching(/number/),
      });
    });

    it('hears nothing of what a tool prints', async () => expect(await call('print')).toBe('printed'));
  });

  describe('the definition', () => {
    it('has to hold the tool that the Toolset declares', async () => {
      await expect(call('nothing')).rejects.toMatchObject({
        reason: 'ToolsNotReachable',
        message: expect.stringMatching(/"nothing" in the code/),
      });
    });

    it('has to have the schemas that the Toolset declares, whatever they say for people', async () => {
      const tool = { inputSchema: { type: 'object', title: 'Other words' } };
      await expect(call('repeat', { text: 'a' }, { tool })).rejects.toMatchObject({
        message: expect.stringMatching(/repeat inputSchema/),
      });
    });

    it('is held against what is declared: a digest of that is judged before a Session begins', async () => {
      const tool = { digest: `sha256:${'0'.repeat(64)}` } as const;
      await expect(call('repeat', { text: 'a' }, { tool })).resolves.toBeDefined();
    });

    it('has to belong to the code that was pinned', async () => {
      const tool = await hosted(language, 'count');
      const other = folder().file('tools.py', 'pass');
      const hosts = opened(await hostsFor([tool], { folders: { [tool.source.tree]: other } }));
      await expect(call('count', {}, { hosts })).rejects.toMatchObject({
        reason: 'ToolsNotReachable',
        message: expect.stringMatching(/not what the bundle pins/),
      });
    });

    it('has to be on the machine at all', async () => {
      const tool = await hosted(language, 'count');
      const hosts = opened(await hostsFor([tool], { folders: {} }));
      await expect(call('count', {}, { hosts })).rejects.toMatchObject({
        reason: 'ToolsNotReachable',
        detail: {
          at: tool.name,
          expected: `a folder whose tree has the digest ${tool.source.tree}`,
          remedy: 'Run the Flow anew from where its Toolsets are.',
        },
      });
    });

    it.each(['/etc/hostname', '../secret', 'up/top/../secret'])('has no link to %s, outside of it', async (target) => {
      const other = folder().file('tools.py', 'pass');
      mkdirSync(`${other}/up`);
      symlinkSync('..', `${other}/up/top`);
      symlinkSync(target, `${other}/link`);
      const tool = await hosted(language, 'count');
      const hosts = opened(await hostsFor([tool], { folders: { [tool.source.tree]: other } }));
      await expect(call('count', {}, { hosts })).rejects.toMatchObject({
        reason: 'ToolsNotReachable',
        message: expect.stringMatching(/leads out of its folder/),
      });
    });
  });

  describe('the context', () => {
    keepHosts();
    it('gives files, state, time, chance, artifacts and what there is to call', async () => {
      const seen: string[] = [];
      const output = await call(
        'use',
        {},
        {
          tool: { risk: 'write' },
          context: {
            key: `sha256:${'1'.repeat(64)}`,
            log: (text) => void seen.push(`log ${text}`),
            progress: (fraction, text) => void seen.push(`progress ${fraction} ${text}`),
            now: async () => 1_700_000_000_000,
            random: () => 0.25,
            find: ({ kind }) => [
              {
                name: 'writer',
                kind: kind ?? 'tool',
                description: '',
                inputSchema: {},
                outputSchema: null,
                risk: 'read',
              },
            ],
            state: {
              get: async () => ({ value: null, version: 4 }),
              put: async (_key, _value, version) => version + 1,
            },
            artifact: async (name, mediaType, content) => {
              seen.push(`artifact ${name} ${mediaType} ${Buffer.from(content).toString()}`);
              return `sha256:${'2'.repeat(64)}`;
            },
          },
        },
      );
      expect(output).toMatchObject({
        put: 5,
        written: { path: 'workspace:notes/a.md', bytes: 8 },
        read: { text: '# Notes\n', truncated: false },
        list: { entries: [{ kind: 'folder' }, { path: 'workspace:notes/a.md' }] },
        search: { matches: [{ line: 1 }] },
        artifact: `sha256:${'2'.repeat(64)}`,
        times: [1_700_000_000_000, 0.25, '00000000-0000-8000-8000-000000000000'],
        found: [{ name: 'writer', kind: 'role' }],
        key: `sha256:${'1'.repeat(64)}`,
        path: 'a#1~1',
      });
      expect(seen).toEqual(['log a line', 'progress 0.5 half', 'artifact report.txt text/plain done']);
    });

    it('refuses what the workspace policy refuses, and the tool fails for that reason', async () => {
      await expect(call('refused', { path: '../secret' })).rejects.toMatchObject({ reason: 'PathRefused' });
    });

    it.each(['write', 'put'])('refuses to %s for a tool that is declared to read only', async (what) => {
      const put = (): Promise<number> => Promise.reject(new Error('nobody may call this'));
      const context = { state: { get: put as never, put } };
      await expect(call('change', { what }, { context })).rejects.toMatchObject({
        reason: 'CallDenied',
        message: expect.stringMatching(/risk: write, or more, in its Toolset; found risk: read/),
      });
    });

    it('calls others in the order in which a tool asked, also at once', async () => {
      const asked: string[] = [];
      const ask: CallContext['call'] = async (name, input) => {
        asked.push(name);
        await new Promise((resolve) => setTimeout(resolve, 50 - asked.length * 10));
        return input;
      };
      const names = ['d', 'a', 'c', 'b'];
      const output = await call('askAll', { names }, { context: { call: ask }, tool: reentrant });
      expect(output).toEqual(names.map((name) => ({ name })));
      expect(asked).toEqual(names);
    });

    it('refuses calls of a tool that is not declared reentrant', async () => {
      const ask: CallContext['call'] = () => Promise.reject(new Error('nobody may call this'));
      await expect(call('ask', { name: 'writer' }, { context: { call: ask } })).rejects.toMatchObject({
        reason: 'NotReentrant',
      });
    });

    it('tells a tool of a denial by its reason, which it may deal with or fail for', async () => {
      const ask: CallContext['call'] = () => Promise.reject(new OrketError('CallDenied', 'not today'));
      const called = { context: { call: ask }, tool: reentrant };
      const dealtWith = await call('askCarefully', { name: 'writer' }, called);
      expect(dealtWith).toMatchObject({ reason: 'CallDenied', message: expect.stringContaining('not today') });
      await expect(call('ask', { name: 'writer' }, called)).rejects.toMatchObject({ reason: 'CallDenied' });
    });

    it('ends a call with what ends the attempt of the Session, and tells the tool nothing of it', async () => {
      const ending = new OrketError('JournalWriteFailed', 'the disk is full');
      const called = { context: { call: () => Promise.reject(ending) }, tool: reentrant };
      await expect(call('askCarefully', { name: 'writer' }, called)).rejects.toBe(ending);
    });
  });
}
