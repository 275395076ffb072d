import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Bundle, BundleVenue } from '#crds';
import { bundleOf, roleOf, stepOf } from '../session/bundles.ts';
import { SessionRig } from '../session/rig.ts';
import { startOpenAIServer, type OpenAIServer } from './openai-process.ts';

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.stop());

const rigs: SessionRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.provider.close();
    rig.dispose();
  }
});

/** A Session whose back ends are named by letters, each asking the server for one of its models, or nobody at all. */
function rigOf(models: readonly string[], venue: Partial<BundleVenue> = {}, parts: Partial<Bundle> = {}): SessionRig {
  const backends = models.map((model, index) => {
    const baseURL = model === 'nobody' ? 'http://127.0.0.1:1/v1' : server.baseURL;
    return { name: String.fromCodePoint(97 + index), model, baseURL, priority: index };
  });
  const rig = new SessionRig(
    bundleOf({ roles: [roleOf({ tools: [] })], venue: { provider: 'openai', backends, ...venue }, ...parts }),
  );
  rigs.push(rig);
  return rig;
}

/** What the journal says of each attempt at a turn: where it was, who served or failed, who was tried before. */
async function turns(rig: SessionRig): Promise<readonly string[]> {
  return (await rig.records()).flatMap((record) => {
    if (record.type !== 'model.response') return [];
    const { backend, error, tried = [] } = record.body;
    const before = tried.map((one) => ` after ${one.backend}: ${one.error.reason}`).join('');
    return [`${record.path.split('/').at(-1)} ${backend} ${error?.reason ?? 'served'}${before}`];
  });
}

describe('a Session on a mesh of real servers', () => {
  it('is served by the next back end where one is not there, and records both', async () => {
    const rig = rigOf(['nobody', 'status-401', 'status-429', 'good']);
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    const tried = ' after a: ModelUnreachable after b: ModelRefused after c: ModelBusy';
    expect(await turns(rig)).toEqual([`t1~1 d served${tried}`]);
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });

  it.each([
    ['silent', 'ModelTimeout'],
    ['reset-before-headers', 'ModelUnreachable'],
    ['status-408', 'ModelBusy'],
    ['status-500', 'ModelBusy'],
    ['status-503', 'ModelBusy'],
  ])(
    'is served by the next one in an attempt of its own where a model may have been at work: %s',
    async (model, reason) => {
      const rig = rigOf(['nobody', model, 'good'], { timeouts: { firstTokenSeconds: 1 } });
      expect(await rig.run()).toMatchObject({ status: 'succeeded' });
      const after = ' after a: ModelUnreachable';
      expect(await turns(rig)).toEqual([`t1~1 b ${reason}${after}`, `t1~2 c served${after}`]);
      expect(await rig.replay()).toMatchObject({ verdict: 'same' });
    },
  );

  it.each(['reset-mid-body', 'half-stream', 'stall-mid-answer'])(
    'takes a turn again elsewhere where a server dies in the middle of it: %s',
    async (model) => {
      const rig = rigOf([model, 'good'], { timeouts: { idleSeconds: 1 } });
      expect(await rig.run()).toMatchObject({ status: 'succeeded' });
      const reason = model === 'stall-mid-answer' ? 'ModelTimeout' : 'ModelAnswerBroken';
      expect(await turns(rig)).toEqual([`t1~1 a ${reason}`, 't1~2 b served']);
      const [failed] = (await rig.records()).filter(({ type }) => type === 'model.response');
      expect(failed).toMatchObject({
        body: { error: { message: expect.stringContaining('back end "a"') }, usage: null },
      });
      const deltas = rig.events.flatMap((event) => (event.type === 'delta' ? [event.path] : []));
      expect(new Set(deltas)).toEqual(new Set(['first#1~1/t1~1', 'first#1~1/t1~2']));
      expect(await rig.replay()).toMatchObject({ verdict: 'same' });
    },
  );

  it('takes a turn again on the only back end where it dies, as often as the Venue says', async () => {
    const rig = rigOf(['reset-mid-body'], { retry: { maxAttempts: 2, initialSeconds: 1 } });
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'ModelAnswerBroken' } });
    expect(await turns(rig)).toEqual(['t1~1 a ModelAnswerBroken', 't1~2 a ModelAnswerBroken']);
  });

  it('waits as long as its only server asks for before the next try', async () => {
    const rig = rigOf(['status-429']);
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'ModelBusy' } });
    expect(await turns(rig)).toEqual(['t1~1 a ModelBusy', 't1~2 a ModelBusy', 't1~3 a ModelBusy']);
    expect(rig.waitedMs).toBeGreaterThanOrEqual(2 * 7_000);
    expect(rig.waitedMs).toBeLessThan(2 * 7_000 + 100);
  });

  it('asks nobody else and not again where the request itself is refused', async () => {
    const rig = rigOf(['status-400', 'good']);
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'ModelRefused' } });
    expect(await turns(rig)).toEqual(['t1~1 a ModelRefused']);
  });

  it('closes the connection of the turn it is in when it is cancelled', async () => {
    const rig = rigOf(['nobody', 'silent']);
    const ended = rig.run();
    await expect.poll(async () => (await server.seen()).open).toBe(1);
    rig.cancel.abort();
    expect(await ended).toMatchObject({ status: 'cancelled' });
    await expect.poll(async () => (await server.seen()).open).toBe(0);
  });

  it('shares turns by weight, and takes every turn of a replay from the journal', async () => {
    const steps = Array.from({ length: 12 }, (_, index) => stepOf({ id: `s${index}`, role: 'writer', task: 'Write.' }));
    const backends = ['a', 'b'].map((name, index) => {
      return { name, model: 'good', baseURL: server.baseURL, weight: index === 0 ? 3 : 1 };
    });
    const rig = new SessionRig(
      bundleOf({
        roles: [roleOf({ tools: [] })],
        steps,
        venue: { provider: 'openai', strategy: 'weighted', backends },
      }),
    );
    rigs.push(rig);
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    const served = await turns(rig);
    const byA = served.filter((line) => line.includes(' a ')).length;
    expect(served).toHaveLength(12);
    expect(byA).toBeGreaterThan(6);
    expect(byA).toBeLessThan(12);
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });
});

describe('a limit of tokens on a mesh of real servers', () => {
  const roles = [roleOf({ tools: [], params: { maxTokens: 50 } })];
  const venue = { timeouts: { firstTokenSeconds: 1 }, retry: { maxAttempts: 3, initialSeconds: 1 } } as const;

  /** What one turn sets aside. */
  async function reserved(): Promise<number> {
    const rig = rigOf(['good'], venue, { roles, limits: { tokens: 1_000_000 } });
    await rig.run();
    const amounts = (await rig.records()).flatMap((record) =>
      record.type === 'model.request' ? [record.body.reservation?.tokens ?? 0] : [],
    );
    expect(amounts).toHaveLength(1);
    return amounts[0] ?? 0;
  }

  it.each(['silent', 'reset-before-headers', 'status-408', 'status-500', 'half-stream'])(
    'has no second server asked with what the first may have used up: %s',
    async (model) => {
      const one = await reserved();
      const before = (await server.seen()).requests;
      const tight = rigOf([model, 'good'], venue, { roles, limits: { tokens: 2 * one - 1 } });
      expect(await tight.run()).toMatchObject({ status: 'failed', error: { reason: 'BudgetExceeded' } });
      expect((await server.seen()).requests).toBe(before + 1);
      expect((await tight.records()).find(({ type }) => type === 'limit.reached')).toMatchObject({
        path: 'first#1~1/t1~2',
        body: { limit: 'tokens', used: one },
      });
      expect(await tight.replay()).toMatchObject({ verdict: 'same' });
      const enough = rigOf([model, 'good'], venue, { roles, limits: { tokens: 2 * one } });
      expect(await enough.run()).toMatchObject({ status: 'succeeded' });
    },
  );

  it('charges what one may have used also where the next one, and the last, was busy', async () => {
    const one = await reserved();
    const rig = rigOf(['silent', 'status-429'], venue, { roles, limits: { tokens: 2 * one - 1 } });
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'BudgetExceeded' } });
    expect(await turns(rig)).toEqual(['t1~1 a ModelTimeout']);
  });

  it('charges nothing for servers that were not there or refused', async () => {
    const one = await reserved();
    const rig = rigOf(['nobody', 'status-409', 'status-403', 'status-429'], venue, { roles, limits: { tokens: one } });
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'ModelBusy' } });
    expect((await turns(rig)).map((line) => line.slice(0, 4))).toEqual(['t1~1', 't1~2', 't1~3']);
    const served = rigOf(['nobody', 'status-429', 'good'], venue, { roles, limits: { tokens: one } });
    expect(await served.run()).toMatchObject({ status: 'succeeded' });
  });
});
