import { describe, expect, it } from 'vitest';
import { OrketError, type BundleVenue, type Reason } from '#crds';
import { generateOptions, modelRequest } from '../../../test/conformance/provider.ts';
import { settled, VirtualTime } from '../../../test/session/virtual-time.ts';
import type { VenueLimits } from '../../launch.ts';
import { factsOf, ModelError, type ModelFacts } from '../model-error.ts';
import type { GenerateOptions, ModelResponse } from '../provider.ts';
import { MeshProvider } from './mesh.ts';

/** What a back end does with its next turns, the last for ever. */
type Script = readonly ((options: GenerateOptions) => Promise<string>)[];

const says =
  (text: string): Script[number] =>
  async ({ onDelta }) => {
    onDelta(text);
    return text;
  };
const fails =
  (reason: Reason, facts: Partial<ModelFacts> = {}): Script[number] =>
  async () => {
    throw new ModelError(new OrketError(reason, `it is ${reason}`), facts);
  };
/** Fails in a way that proves that nothing is charged. */
const refuses = (reason: Reason, facts: Partial<ModelFacts> = {}): Script[number] =>
  fails(reason, { free: true, ...facts });
const breaks: Script[number] = async ({ onDelta }) => {
  onDelta('half');
  throw new OrketError('ModelAnswerBroken', 'half an answer');
};

class Rig {
  readonly time = new VirtualTime();
  readonly asked: string[] = [];
  readonly closed: string[] = [];
  readonly mesh: MeshProvider;

  constructor(scripts: Readonly<Record<string, Script>>, venue: Partial<BundleVenue> = {}, limits: VenueLimits = {}) {
    const members = Object.entries(scripts).map(([name, script], priority) => ({
      name,
      priority,
      weight: 1,
      provider: {
        generate: async (_request: unknown, options: GenerateOptions): Promise<ModelResponse> => {
          const turn = this.asked.filter((one) => one === name).length;
          this.asked.push(name);
          const text = (await (script[turn] ?? script.at(-1))?.(options)) ?? '';
          const usage = { inputTokens: 10, outputTokens: 10 };
          return { text, toolCalls: [], finish: 'stop', usage, backend: name };
        },
        close: async () => void this.closed.push(name),
      },
    }));
    const { clock, sleep } = this.time;
    this.mesh = new MeshProvider({ members, venue: { provider: 'openai', ...venue }, limits, clock, sleep });
  }

  ask(parts: Partial<GenerateOptions> = {}): Promise<ModelResponse> {
    const request = modelRequest();
    return this.mesh.generate(request, { ...generateOptions(request), ...parts });
  }

  async failure(parts: Partial<GenerateOptions> = {}): Promise<OrketError> {
    const error: unknown = await this.ask(parts).catch((caught: unknown) => caught);
    return error instanceof OrketError ? error : expect.fail(`no error of the catalogue: ${String(error)}`);
  }
}

describe('a mesh', () => {
  it('asks the next back end where one does not answer, and says which were tried', async () => {
    const rig = new Rig({ a: [refuses('ModelUnreachable')], b: [refuses('ModelBusy')], c: [says('yes')] });
    const answer = await rig.ask();
    expect(answer).toMatchObject({ text: 'yes', backend: 'c' });
    expect(answer.tried?.map(({ backend, error }) => `${backend} ${error.reason}`)).toEqual([
      'a ModelUnreachable',
      'b ModelBusy',
    ]);
  });

  it('says nothing of tries where the first one answers', async () => {
    const answer = await new Rig({ a: [says('yes')], b: [says('no')] }).ask();
    expect(answer).toMatchObject({ text: 'yes', backend: 'a' });
    expect(answer).not.toHaveProperty('tried');
  });

  it('asks no other once a token was seen: the next attempt does, and prefers another', async () => {
    const rig = new Rig({ a: [breaks, says('again')], b: [says('yes')] });
    const error = await rig.failure();
    expect(error).toMatchObject({
      reason: 'ModelAnswerBroken',
      retryable: true,
      message: 'back end "a": half an answer',
    });
    expect(factsOf(error)).toMatchObject({ backend: 'a', begun: true });
    expect(rig.asked).toEqual(['a']);
    expect(await rig.ask({ avoid: ['a'] })).toMatchObject({ backend: 'b' });
  });

  it.each<Reason>(['ModelUnreachable', 'ModelBusy', 'ModelTimeout', 'ModelAnswerBroken'])(
    'asks no other in the same attempt where the first may charge for its %s',
    async (reason) => {
      const rig = new Rig({ a: [refuses('ModelBusy')], b: [fails(reason)], c: [says('yes')] });
      const error = await rig.failure();
      expect(error).toMatchObject({ reason, retryable: true });
      expect(factsOf(error)).toMatchObject({ backend: 'b', free: false, tried: [{ backend: 'a' }] });
      expect(rig.asked).toEqual(['a', 'b']);
      expect(await rig.ask({ avoid: ['b'] })).toMatchObject({ backend: 'c', tried: [{ backend: 'a' }] });
    },
  );

  it('takes the word of a provider that tokens had come, where none of them was text', async () => {
    const rig = new Rig({ a: [fails('ModelTimeout', { begun: true })], b: [says('yes')] });
    expect(factsOf(await rig.failure())).toMatchObject({ backend: 'a', begun: true });
    expect(rig.asked).toEqual(['a']);
  });

  it.each<[string, Reason, number | null, readonly string[]]>([
    ['a key that is wrong there', 'ModelRefused', 401, ['a', 'b']],
    ['a model that is not there', 'ModelRefused', 404, ['a', 'b']],
    ['a missing file', 'ProviderNotAvailable', null, ['a', 'b']],
    ['a request that nobody takes', 'ModelRefused', 400, ['a']],
    ['a conversation that does not fit', 'ModelRefused', null, ['a']],
    ['an answer that is too large', 'ModelAnswerTooLarge', null, ['a']],
  ])('at %s asks %s with status %s of %j', async (_, reason, status, asked) => {
    const rig = new Rig({ a: [fails(reason, { status })], b: [says('yes')] });
    await rig.ask().catch(() => undefined);
    expect(rig.asked).toEqual(asked);
  });

  it('fails with what may be tried again where all fail, the others beside it', async () => {
    const rig = new Rig({ a: [refuses('ModelBusy')], b: [fails('ModelRefused', { status: 401 })] });
    const error = await rig.failure();
    expect(error).toMatchObject({ reason: 'ModelBusy', message: 'back end "a": it is ModelBusy' });
    expect(factsOf(error)).toMatchObject({ backend: 'a', retryAfterMs: null, free: true, tried: [{ backend: 'b' }] });
  });

  it('asks for the shortest pause that any back end asks for', async () => {
    const wait = (retryAfterMs: number) => [refuses('ModelBusy', { status: 429, retryAfterMs })];
    expect(factsOf(await new Rig({ a: wait(9_000), b: wait(4_000) }).failure()).retryAfterMs).toBe(4_000);
    const mixed = new Rig({ a: wait(9_000), b: [refuses('ModelUnreachable')] });
    expect(factsOf(await mixed.failure()).retryAfterMs).toBeNull();
  });

  it('leaves a back end alone for as long as it asked, within the longest pause of the Venue', async () => {
    const rig = new Rig(
      { a: [refuses('ModelBusy', { status: 429, retryAfterMs: 3_600_000 }), says('back')], b: [says('yes')] },
      { retry: { maxAttempts: 3, maxSeconds: 20 } },
    );
    expect(await rig.ask()).toMatchObject({ backend: 'b' });
    expect(await rig.ask()).toMatchObject({ backend: 'b' });
    await rig.time.pass(20_000);
    expect(await rig.ask()).toMatchObject({ backend: 'a', text: 'back' });
  });

  it('stops asking one that fails turn after turn, and tries it again later with one turn', async () => {
    const down = refuses('ModelUnreachable');
    const rig = new Rig({ a: [down, down, down, says('back')], b: [says('yes')] });
    for (let turn = 0; turn < 5; turn += 1) expect(await rig.ask()).toMatchObject({ backend: 'b' });
    expect(rig.asked.filter((name) => name === 'a')).toHaveLength(3);
    await rig.time.pass(10_000);
    expect(await Promise.all([rig.ask(), rig.ask()])).toMatchObject([{ backend: 'a' }, { backend: 'b' }]);
    expect(await rig.ask()).toMatchObject({ backend: 'a' });
  });

  it('of one back end asks it in spite of everything, and names it as it is', async () => {
    const rig = new Rig({ a: [fails('ModelUnreachable')] });
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await rig.failure()).toMatchObject({ message: 'it is ModelUnreachable' });
    }
    expect(rig.asked).toHaveLength(5);
  });

  it('takes no longer over all of them than the Venue allows for one answer', async () => {
    const waits: Script[number] = ({ signal }) =>
      new Promise((_done, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const late: Script[number] = async ({ signal }) => {
      await rig.time.sleep(6_000, signal);
      throw new ModelError(new OrketError('ModelTimeout', 'no connection'), { free: true });
    };
    const rig: Rig = new Rig({ a: [late], b: [waits], c: [says('never asked')] }, { timeouts: { totalSeconds: 10 } });
    const failure = rig.failure();
    await settled();
    await rig.time.pass(6_000);
    expect(rig.asked).toEqual(['a', 'b']);
    await rig.time.pass(4_000);
    expect(await failure).toMatchObject({
      reason: 'ModelTimeout',
      message: expect.stringContaining('timeouts.totalSeconds'),
    });
    expect(factsOf(await failure)).toMatchObject({ backend: 'b', tried: [{ backend: 'a' }] });
    expect(rig.asked).toEqual(['a', 'b']);
    expect(rig.time.sleeping).toBe(0);
  });

  it('asks no other where the first took all the time', async () => {
    const late: Script[number] = async ({ signal }) => {
      await rig.time.sleep(10_000, signal);
      throw new ModelError(new OrketError('ModelTimeout', 'no connection'), { free: true });
    };
    const rig: Rig = new Rig({ a: [late], b: [says('late')] }, { timeouts: { totalSeconds: 10 } });
    const failure = rig.failure();
    await settled();
    await rig.time.pass(10_000);
    expect(await failure).toMatchObject({ reason: 'ModelTimeout' });
    expect(rig.asked).toEqual(['a']);
  });

  it('counts what turns used against the tokens of a minute', async () => {
    const rig = new Rig({ a: [says('yes')] }, {}, { tokensPerMinute: 150 });
    await rig.ask();
    const [second, third] = [rig.ask(), rig.ask()];
    await second;
    await settled();
    expect(rig.asked).toHaveLength(2);
    await rig.time.pass(60_000);
    await third;
  });

  it('hands on why it was cancelled, also while it waits, and judges nobody by it', async () => {
    const reason = new OrketError('TimeLimitReached', 'time is up');
    const hangs: Script[number] = ({ signal }) =>
      new Promise((_done, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const rig = new Rig({ a: [hangs, hangs, says('well')] }, {}, { concurrency: 1 });
    for (let turn = 0; turn < 2; turn += 1) {
      const controller = new AbortController();
      const [running, waiting] = [
        rig.failure({ signal: controller.signal }),
        rig.failure({ signal: controller.signal }),
      ];
      await settled();
      controller.abort(reason);
      expect(await Promise.all([running, waiting])).toEqual([reason, reason]);
    }
    expect(await rig.ask()).toMatchObject({ text: 'well' });
  });

  it('closes all of them', async () => {
    const rig = new Rig({ a: [says('x')], b: [says('x')] });
    await rig.mesh.close();
    expect(rig.closed).toEqual(['a', 'b']);
  });
});
