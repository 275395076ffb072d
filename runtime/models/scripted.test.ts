import { describe, expect, it } from 'vitest';
import type { BundleReply } from '#crds';
import type { GenerateOptions, ModelRequest, ModelResponse, TurnContext } from './provider.ts';
import { ScriptedProvider } from './scripted.ts';
import { timeoutsOf } from './timeouts.ts';

const request: ModelRequest = {
  model: '',
  messages: [{ role: 'user', content: 'Hello' }],
  tools: [{ name: 'files.read', description: 'Reads.', inputSchema: { type: 'object' } }],
  params: {},
  outputSchema: null,
};

function ask(replies: readonly BundleReply[], context: Partial<TurnContext> = {}): Promise<ModelResponse> {
  const timeouts = timeoutsOf({ provider: 'scripted' });
  const provider = new ScriptedProvider({ replies, timeouts, sleep: async () => {} });
  const options: GenerateOptions = {
    signal: new AbortController().signal,
    onDelta: () => {},
    context: { role: 'writer', task: 'write', input: { topic: 'rivers' }, turn: 1, results: [], ...context },
    draw: 0,
    avoid: [],
  };
  return provider.generate(request, options);
}

describe('choosing a reply', () => {
  it('takes the first whose condition holds, over everything a turn has', async () => {
    const replies = [
      { when: 'request.turn > 1', text: 'later' },
      { when: 'request.role == "writer" && request.task == "write" && "files.read" in request.tools', text: 'now' },
      { text: 'otherwise' },
    ];
    expect((await ask(replies)).text).toBe('now');
    expect((await ask(replies, { turn: 2 })).text).toBe('later');
    expect((await ask(replies, { role: 'reader' })).text).toBe('otherwise');
  });

  it('sees messages and results', async () => {
    const results = [{ name: 'files.list', output: { files: ['a', 'b'] }, error: null }];
    const replies = [
      { text: '${{ size(request.results[0].output.files) }} files; ${{ request.messages[0].content }}' },
    ];
    expect((await ask(replies, { results })).text).toBe('2 files; Hello');
  });

  it('refuses a turn that no reply is for, and says which', async () => {
    await expect(ask([{ when: 'request.turn == 9', text: 'x' }])).rejects.toMatchObject({
      reason: 'ModelRefused',
      message: expect.stringContaining('role "writer", turn 1, 0 results'),
    });
  });

  it('names the reply whose condition fails', async () => {
    await expect(ask([{ text: 'x', when: 'request.nothing == 1' }])).rejects.toMatchObject({
      reason: 'EvaluationFailed',
      message: expect.stringContaining('replies[0].when'),
    });
  });

  it('refuses a reply that does not compile before anything is asked', () => {
    const options = { timeouts: timeoutsOf({ provider: 'scripted' }), sleep: async () => {} };
    const open = (reply: BundleReply) => () => new ScriptedProvider({ ...options, replies: [reply] });
    expect(open({ when: 'request.turn ==', text: 'x' })).toThrow('replies[0].when');
    expect(open({ text: '${{ 1 + }}' })).toThrow('replies[0].text');
  });
});

describe('what a reply says', () => {
  it('computes arguments at any depth and keeps the type of a lone expression', async () => {
    const given = { path: '${{ request.input.topic }}.md', deep: [{ turn: '${{ request.turn }}' }], fixed: 3 };
    const answer = await ask([{ toolCalls: [{ name: 'files.read', arguments: given }] }]);
    expect(answer).toMatchObject({
      finish: 'toolCalls',
      toolCalls: [{ name: 'files.read', arguments: { parsed: { path: 'rivers.md', deep: [{ turn: 1 }], fixed: 3 } } }],
    });
  });

  it('claims the usage it is told to, and else a quarter of the characters', async () => {
    expect((await ask([{ text: 'x', usage: { inputTokens: 1, outputTokens: 2 } }])).usage).toEqual({
      inputTokens: 1,
      outputTokens: 2,
    });
    expect((await ask([{ text: 'x'.repeat(9) }])).usage).toMatchObject({ outputTokens: 3 });
  });

  it.each([
    [429, 'ModelBusy'],
    [401, 'ModelRefused'],
    [503, 'ModelBusy'],
  ])('can be the error %i of a server', async (status, reason) => {
    await expect(ask([{ error: { status, message: 'no' } }])).rejects.toMatchObject({ reason });
  });

  it('cannot compute for ever', async () => {
    const list = `[${'1,'.repeat(200)}1]`;
    const text = `\${{ size(${list}.map(a, ${list}.map(b, ${list}.map(c, a + b + c)))) }}`;
    await expect(ask([{ text }])).rejects.toMatchObject({ reason: 'FuelExhausted' });
  });
});
