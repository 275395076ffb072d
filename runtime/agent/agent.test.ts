import { afterEach, describe, expect, it } from 'vitest';
import type { Bundle, BundleReply, JsonObject } from '#crds';
import { answering } from '../../test/session/answering.ts';
import { bundleOf, reply, roleOf, stepOf } from '../../test/session/bundles.ts';
import { outline, SessionRig } from '../../test/session/rig.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { Message, ModelResponse } from '../models/provider.ts';

const rigs: SessionRig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.dispose()));

function rigOf(parts: Parameters<typeof bundleOf>[0] = {}): SessionRig {
  const rig = new SessionRig(bundleOf(parts));
  rigs.push(rig);
  return rig;
}

const callTo = (name: string, input: JsonObject): ModelResponse['toolCalls'][number] => ({
  name,
  arguments: { parsed: input },
});
const wordsSchema = { type: 'object', properties: { words: { type: 'integer' } }, required: ['words'] };
const withSchema = { roles: [roleOf({ outputSchema: wordsSchema })] };

describe('an answer that cannot be used', () => {
  it.each([
    ['is empty', {}, { text: ' ' }, 'ModelAnswerBroken', 'empty'],
    ['is a refusal', {}, { text: 'I will not.', finish: 'refusal' as const }, 'ModelRefused', 'refused'],
    ['was cut off', {}, { text: 'Once upon', finish: 'length' as const }, 'ModelAnswerTooLarge', 'cut off'],
    [
      'calls too much at once',
      {},
      { toolCalls: Array.from({ length: 65 }, () => callTo('files.list', {})) },
      'ModelAnswerTooLarge',
      'too many',
    ],
    ['is not JSON where it has to be', withSchema, { text: 'seven words' }, 'OutputRefused', 'not JSON'],
    [
      'does not meet the schema',
      withSchema,
      { text: '{"words":"seven"}' },
      'OutputRefused',
      '/words must be of type "integer"',
    ],
    ['calls nobody', {}, { toolCalls: [callTo('nobody.here', {})] }, 'UnknownCallable', 'nothing here is called'],
    [
      'calls what others may use',
      { roles: [roleOf({ tools: ['files.read'] })] },
      { toolCalls: [callTo('files.write', {})] },
      'UnknownCallable',
      'nothing here is called',
    ],
    [
      'has arguments that do not parse',
      {},
      { toolCalls: [{ name: 'files.read', arguments: { unparsed: '{"path":' } }] },
      'InputRefused',
      'not JSON',
    ],
    [
      'has arguments that do not fit',
      {},
      { toolCalls: [callTo('files.read', { file: 'a' })] },
      'InputRefused',
      'lacks',
    ],
  ])('because it %s is pointed out twice and then fails the call', async (_what, parts, answer, reason, told) => {
    const rig = rigOf(parts);
    const asked = answering(rig, [answer]);
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason } });
    expect(asked).toHaveLength(3);
    const remark = asked[2]?.messages.at(-1);
    expect(remark?.content).toContain(told);
    expect(await rig.replay()).toMatchObject({ verdict: 'same' });
  });

  it('is forgotten once a turn was of use', async () => {
    const rig = rigOf(withSchema);
    const list = callTo('files.list', { path: 'workspace:' });
    const asked = answering(rig, [
      { text: 'no' },
      { text: 'no' },
      { toolCalls: [list] },
      { text: 'no' },
      { text: 'no' },
      { text: '```json\n{"words":7}\n```' },
    ]);
    expect(await rig.run()).toMatchObject({ status: 'succeeded', result: { words: 7 } });
    expect(asked).toHaveLength(6);
  });

  it('never ends in a conversation without end', async () => {
    const rig = rigOf();
    const asked = answering(rig, [{ toolCalls: [callTo('files.list', { path: 'workspace:' })] }]);
    const message =
      'first#1, role writer: the model came to no end; expected an answer within 32 turns; found calls in every one. Say in its prompt when the role is done, or give it less to do at once.';
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'TurnsExhausted', message } });
    expect(asked).toHaveLength(32);
  });

  it('does not begin where tokens are limited and nothing says how many a turn may write', async () => {
    const rig = rigOf({ limits: { tokens: 1000 } });
    const asked = answering(rig, [{ text: 'x' }]);
    const message = expect.stringMatching(
      /^first#1, role writer: .*expected params\.maxTokens of the role or the Venue/,
    );
    expect(await rig.run()).toMatchObject({ status: 'failed', error: { reason: 'InvalidManifest', message } });
    expect(asked).toEqual([]);
  });
});

describe('the calls of a turn', () => {
  const writeThenRead = [
    callTo('files.write', { path: 'a.md', text: 'one' }),
    callTo('files.read', { path: 'a.md' }),
    callTo('files.write', { path: 'a.md', text: 'two' }),
    callTo('files.read', { path: 'a.md' }),
  ];

  it('see the files as if they had been made one after another', async () => {
    const rig = rigOf();
    const asked = answering(rig, [{ toolCalls: writeThenRead }, { text: 'Done.' }]);
    await rig.run();
    const texts = asked[1]?.messages
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => Reflect.get(Object(JSON.parse(content)), 'text'));
    expect(texts).toEqual([undefined, 'one', undefined, 'two']);
  });

  it('run side by side where they only read', async () => {
    const rig = rigOf({
      steps: [
        stepOf({ tool: 'files.write', input: { path: 'a.md', text: 'x' } }),
        stepOf({ id: 'second', role: 'writer' }),
      ],
    });
    const read = callTo('files.read', { path: 'a.md' });
    answering(rig, [{ toolCalls: [read, read, read] }, { text: 'Done.' }]);
    await rig.run();
    const kinds = (await rig.records()).filter(({ path }) => path.includes('/t1~1/c')).map(({ type }) => type);
    expect(kinds.slice(0, 3)).toEqual(['call.intent', 'call.intent', 'call.intent']);
  });

  it('to roles that may come to write run one after another', async () => {
    const bundle: Partial<Bundle> & { readonly replies: readonly BundleReply[] } = {
      roles: [roleOf({ name: 'lead', tools: [], callable: ['writer'] }), roleOf()],
      steps: [stepOf({ role: 'lead', task: 'x' })],
      replies: [
        reply('lead', 1, { toolCalls: ['a', 'b'].map((task) => ({ name: 'writer', arguments: { task } })) }),
        reply('lead', 2, { text: 'Done.' }),
        reply('writer', 1, {
          toolCalls: [{ name: 'files.write', arguments: { path: 'who.md', text: '${{ request.task }}' } }],
        }),
        { text: 'Written.' },
      ],
    };
    const rig = rigOf(bundle);
    await rig.run();
    const lines = outline(await rig.records());
    expect(lines.indexOf('call.outcome first#1~1/t1~1/c1~1')).toBeLessThan(
      lines.indexOf('call.intent first#1~1/t1~1/c2~1'),
    );
  });

  it('have ids from where they are, the same in every run', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => {
        const rig = rigOf();
        const asked = answering(rig, [
          { toolCalls: [callTo('files.list', { path: '' }), callTo('files.list', { path: '' })] },
          { text: 'Done.' },
        ]);
        await rig.run();
        return asked[1]?.messages.flatMap((message: Message) => (message.role === 'tool' ? [message.callId] : []));
      }),
    );
    expect(ids[0]).toEqual(ids[1]);
    expect(new Set(ids[0]).size).toBe(2);
    expect(ids[0]?.[0]).toMatch(/^[A-Za-z0-9_-]{1,40}$/);
  });
});

describe('what a role is told', () => {
  it('is its prompt, rules and schema, then the task and what it is given', async () => {
    const rig = rigOf({
      inputs: { topic: 'tides' },
      roles: [
        roleOf({ instructions: ['Be brief.'], outputSchema: wordsSchema, model: 'big', params: { maxTokens: 5 } }),
      ],
      steps: [stepOf({ role: 'writer', task: 'Write about ${{ inputs.topic }}.', input: { list: [1, 'x'] } })],
      venue: { provider: 'scripted', params: { temperature: 0, maxTokens: 9 }, replies: [{ text: 'x' }] },
    });
    answering(rig, [{ text: '{"words":1}' }]);
    await rig.run();
    const [recorded] = await requestsOf(rig);
    expect(recorded).toMatchObject({ model: 'big', params: { temperature: 0, maxTokens: 5 } });
    expect(recorded?.messages.map(({ message }) => message)).toEqual([
      {
        value: {
          role: 'system',
          content: expect.stringMatching(
            /^You write\.\n\n- Be brief\.\n\nYour final answer is one JSON value.*"words".*$/s,
          ),
        },
      },
      { value: { role: 'user', content: 'Write about tides.\n\nInput:\n{"list":[1,"x"]}' } },
    ]);
  });

  it('is recorded once: a message that repeats an answer or a result is named by its digest alone', async () => {
    const rig = rigOf();
    const list = callTo('files.list', { path: 'workspace:' });
    answering(rig, [{ toolCalls: [list] }, { toolCalls: [list] }, { text: 'Done.' }]);
    await rig.run();
    const requests = await requestsOf(rig);
    expect(
      requests.map(({ prefix, messages }) => [prefix?.count ?? 0, messages.map(({ message }) => message !== null)]),
    ).toEqual([
      [0, [true, true]],
      [2, [false, false]],
      [4, [false, false]],
    ]);
    expect(requests.map(({ tools }) => tools?.map(({ name }) => name) ?? null)).toEqual([
      ['files.list', 'files.read', 'files.write'],
      null,
      null,
    ]);
  });
});

async function requestsOf(rig: SessionRig): Promise<readonly JournalRecord<'model.request'>['body'][]> {
  return (await rig.records()).flatMap((record) => (record.type === 'model.request' ? [record.body] : []));
}
