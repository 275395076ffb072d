import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../runtime/call/run.ts';
import type { Bench } from './tool-host-bench.ts';

/** How tools call others through their host, whatever they are written in. */
export function describeCallsOfOthers({ call, keepHosts }: Bench): void {
  const reentrant = { reentrant: true } as const;

  describe('a call of others', () => {
    keepHosts();
    it('has the bounds that the tool sets', async () => {
      const asked: unknown[] = [];
      const ask: CallContext['call'] = async (...given) => {
        asked.push(given);
        return 'done';
      };
      const limits = { calls: 3, tokens: 1_000, cost: '0.50', activeSeconds: 20 };
      const called = { context: { call: ask }, tool: reentrant };
      expect(await call('askBounded', { limits }, called)).toBe('done');
      expect(await call('askBounded', { limits: {} }, called)).toBe('done');
      expect(asked).toEqual([
        ['writer', {}, { timeoutMs: 1_500, limits }],
        ['writer', {}, { timeoutMs: 1_500, limits: {} }],
      ]);
    });

    it.each([
      [{ calls: 0 }, 'limits.calls'],
      [{ calls: '3' }, 'limits.calls'],
      [{ tokens: 1.5 }, 'limits.tokens'],
      [{ cost: '-1' }, 'limits.cost'],
      [{ cost: 1 }, 'limits.cost'],
      [{ activeSeconds: -1 }, 'limits.activeSeconds'],
      [{ depth: 9 }, 'limits'],
      ['none', 'limits'],
    ])('is refused with bounds that are none: %j', async (limits, place) => {
      const ask: CallContext['call'] = () => Promise.reject(new Error('nobody may call this'));
      const said = await call('askBounded', { limits }, { context: { call: ask }, tool: reentrant });
      expect(said).toMatchObject({ reason: 'InputRefused', message: expect.stringContaining(place) });
    });

    it('has a number only once it can be sent', async () => {
      const ask: CallContext['call'] = async (_name, input) => input;
      expect(await call('askTooMuch', {}, { context: { call: ask }, tool: reentrant })).toEqual([3, 'short']);
    });
  });
}
