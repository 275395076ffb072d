import { describe, expect, it } from 'vitest';
import { OrketError } from '#crds';
import type { Bench } from './tool-host-bench.ts';
import { leftAfter } from './tool-host-processes.ts';

/** What becomes of hosts whose tools hang, die, flood or break the protocol. */
export function describeTrouble({ startHosts, call }: Bench): void {
  describe('stopping', () => {
    it('lets a tool stop by itself when it is cancelled, and keeps its host', async () => {
      const hosts = await startHosts('stops', 'count');
      expect(await call('count', {}, { hosts })).toBe(1);
      const stop = new AbortController();
      const stopped = call('stops', {}, { hosts, context: { signal: stop.signal } });
      setTimeout(() => stop.abort(new Error('enough')), 200);
      await expect(stopped).rejects.toMatchObject({
        reason: 'ToolFailed',
        message: expect.stringMatching(/as I was told/),
      });
      expect(await call('count', {}, { hosts })).toBe(2);
    });

    it('hears of it however early it comes, and keeps its host', async () => {
      const hosts = await startHosts('stops', 'count');
      expect(await call('count', {}, { hosts })).toBe(1);
      for (const ms of [0, 1, 2, 3, 5, 8]) {
        await expect(call('stops', {}, { hosts, context: { signal: AbortSignal.timeout(ms) } })).rejects.toThrow();
      }
      expect(await call('count', {}, { hosts })).toBe(2);
    });

    it('ends the host of a tool that does not stop, and starts another one for the next call', async () => {
      const hosts = await startHosts('hang', 'count');
      await call('count', {}, { hosts });
      const hung = call('hang', {}, { hosts, context: { signal: AbortSignal.timeout(300) } });
      await expect(hung).rejects.toMatchObject({
        reason: 'ToolHostFailed',
        message: expect.stringMatching(/did not stop/),
      });
      expect(await leftAfter(2_000)).toEqual([]);
      expect(await call('count', {}, { hosts })).toBe(1);
    });
  });

  describe('a host', () => {
    it.each(['exit', 'abort', 'memory', 'share'])(
      'that dies of "%s" is a tool error, and the next call has a new one',
      async (way) => {
        const hosts = await startHosts(way, 'count');
        expect(await call('count', {}, { hosts })).toBe(1);
        await expect(call(way, {}, { hosts })).rejects.toBeInstanceOf(OrketError);
        expect([1, 2]).toContain(await call('count', {}, { hosts }));
      },
    );

    it('that dies takes the calls beside with it', async () => {
      const hosts = await startHosts('exit', 'wait');
      await call('wait', { ms: 1 }, { hosts });
      const begun = Promise.withResolvers<void>();
      const beside = call('wait', { ms: 60_000 }, { hosts, context: { begin: () => begun.resolve() } });
      beside.catch(() => {});
      await begun.promise;
      await expect(call('exit', {}, { hosts })).rejects.toMatchObject({
        reason: 'ToolHostFailed',
        // Whichever is seen first: its end, or that of the wire.
        message: expect.stringMatching(/code 3|wire to the host broke/),
      });
      await expect(beside).rejects.toMatchObject({ reason: 'ToolHostFailed' });
    });

    it.each(['floodOutput', 'floodErrors'])('that floods with %s is ended', async (way) => {
      await expect(call(way)).rejects.toMatchObject({
        reason: 'ToolHostFailed',
        message: expect.stringMatching(/floods its output/),
      });
      expect(await leftAfter(2_000)).toEqual([]);
    });

    it.each(['log', 'now'])('that floods the wire with %s is ended', async (method) => {
      let heard = 0;
      const log = (): void => void (heard += 1);
      const context = { log, now: (): Promise<number> => new Promise(() => {}) };
      await expect(call('floodFrames', { method }, { context })).rejects.toMatchObject({
        reason: 'ToolHostFailed',
        message: expect.stringMatching(/floods the wire|unanswered requests/),
      });
      expect(heard).toBeLessThanOrEqual(10_000);
      expect(await leftAfter(2_000)).toEqual([]);
    });

    it('that floods the wire with few but large messages is ended', async () => {
      // Where the runtime reads slower than it writes, it runs out of its own memory first.
      await expect(call('floodFrames', { method: 'large' })).rejects.toMatchObject({
        reason: 'ToolHostFailed',
        message: expect.stringMatching(/floods the wire|is gone/),
      });
      expect(await leftAfter(2_000)).toEqual([]);
    });

    it.each([
      ['a length over the bound', 'ffffffff'],
      ['no JSON', '00000003' + Buffer.from('abc').toString('hex')],
      ['no UTF-8', '00000001ff'],
      ['no JSON-RPC', '00000002' + Buffer.from('{}').toString('hex')],
      ['an answer to nothing', frame('{"jsonrpc":"2.0","id":99,"result":1}')],
      ['a duplicate key', frame('{"jsonrpc":"2.0","jsonrpc":"2.0"}')],
    ])('that sends %s is ended', async (_what, hex) => {
      await expect(call('breakFrame', { hex })).rejects.toMatchObject({
        reason: 'ToolHostFailed',
        message: expect.stringMatching(/sent a broken frame|broke the protocol/),
      });
      expect(await leftAfter(2_000)).toEqual([]);
    });

    it('that never ends to start children is ended with all of them when its call is', async () => {
      const hosts = await startHosts('bomb', 'count');
      await call('count', {}, { hosts });
      const context = { signal: AbortSignal.timeout(300) };
      await expect(call('bomb', {}, { hosts, context })).rejects.toBeInstanceOf(OrketError);
      expect(await leftAfter(3_000)).toEqual([]);
    });

    it('that hangs up and stays is ended when its call is', async () => {
      const hosts = await startHosts('closeWire', 'count');
      await call('count', {}, { hosts });
      const context = { signal: AbortSignal.timeout(1_500) };
      await expect(call('closeWire', {}, { hosts, context })).rejects.toMatchObject({ reason: 'ToolHostFailed' });
      expect(await leftAfter(2_000)).toEqual([]);
    });

    it('that starts children is bounded in them, and leaves none behind', async () => {
      const hosts = await startHosts('children');
      const started = await call('children', {}, { hosts }).catch((error: unknown) => error);
      if (typeof started === 'number') expect(started).toBeLessThan(100);
      else expect(started).toBeInstanceOf(OrketError);
      await hosts.close();
      expect(await leftAfter(3_000)).toEqual([]);
    });
  });
}

function frame(text: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]).toString('hex');
}
