import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BundleVenue } from '#crds';
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
function rigOf(models: readonly string[], venue: Partial<BundleVenue> = {}): SessionRig {
  const backends = models.map((model, index) => {
    const baseURL = model === 'nobody' ? 'http://127.0.0.1:1/v1' : server.baseURL;
    return { name: String.fromCodePoint(97 + index), model, baseURL, priority: index };
  });
  const rig = new SessionRig(
    bundleOf({ roles: [roleOf({ tools: [] })], venue: { provider: 'openai', backends, ...venue } }),
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
    const rig = rigOf(['nobody', 'status-500', 'good']);
    expect(await rig.run()).toMatchObject({ status: 'succeeded' });
    expect(await turns(rig)).toEqual(['t1~1 c served after a: ModelUnreachable after b: ModelBusy']);
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });

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
