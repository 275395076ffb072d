import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, isJsonObject, parseJson, type BundleTimeouts, type JsonValue } from '#crds';
import type { Usage } from '../../runtime/journal/record.ts';
import type { GenerateOptions, Message, ModelProvider, ModelRequest } from '../../runtime/models/provider.ts';

/** How the suite gets at one implementation. Every request of the suite means the same to each. */
export interface ProviderHarness {
  /** Name that the provider gives its back end in answers. */
  readonly backend: string;
  /** Whether text is shown while more of it is being made. */
  readonly streams: boolean;
  /** What an answer to the plain question uses, where that is known. */
  readonly usage?: Usage;
  /** Requests that a server is at work on; absent where there is no server. */
  readonly busy?: () => Promise<number>;
  open(timeouts?: BundleTimeouts): ModelProvider;
}

const filesRead = {
  name: 'files.read',
  description: 'Reads a file.',
  inputSchema: {
    type: 'object',
    required: ['path'],
    properties: { path: { type: 'string' }, limit: { type: 'integer' } },
  },
} as const;

/** Dots and underscores are where names on the wire differ from those that users write. */
const pageRead = { ...filesRead, name: 'web.read__page_2', description: 'Reads a page.' };

const capitalSchema = {
  type: 'object',
  required: ['capital', 'sure'],
  properties: { capital: { type: 'string', maxLength: 40 }, sure: { type: 'boolean' } },
} as const;

/** A request with defaults; the last message decides what happens. */
export function modelRequest(parts: Partial<ModelRequest> & { readonly ask?: string } = {}): ModelRequest {
  const { ask = 'What is the capital of France?', ...given } = parts;
  const messages: readonly Message[] = [
    { role: 'system', content: 'You are helpful.' },
    { role: 'user', content: ask },
  ];
  return { model: '', messages, tools: [], params: { temperature: 0, maxTokens: 80 }, outputSchema: null, ...given };
}

/** Options that collect deltas, with a context that fits the request. */
export function generateOptions(
  request: ModelRequest,
  signal?: AbortSignal,
): GenerateOptions & { readonly deltas: string[] } {
  const deltas: string[] = [];
  const results = request.messages.flatMap((message) =>
    message.role === 'tool' ? [{ name: 'files.read', output: message.content, error: null }] : [],
  );
  const context = { role: 'tester', task: 'test', input: null, turn: results.length + 1, results };
  return {
    signal: signal ?? new AbortController().signal,
    onDelta: (text) => deltas.push(text),
    context,
    draw: 0,
    avoid: [],
    deltas,
  };
}

const plain = modelRequest();
const calling = modelRequest({ ask: 'Read the file README.md', tools: [filesRead] });
const paging = modelRequest({ ask: 'Read the page at path README.md', tools: [pageRead] });
const answered = modelRequest({
  ...calling,
  messages: [
    ...calling.messages,
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: 'read#1~1/t1~1/c1~1', name: 'files.read', arguments: { parsed: { path: 'README.md' } } }],
    },
    { role: 'tool', callId: 'read#1~1/t1~1/c1~1', content: 'Orket runs teams of agents.' },
  ],
});
const structured = modelRequest({ outputSchema: capitalSchema });
const slow = modelRequest({ ask: 'Write a long story about a river.', params: { maxTokens: 4000 } });

/** What every ModelProvider does, whatever stands behind it. */
export function describeProvider(name: string, harness: ProviderHarness): void {
  describe(`provider ${name}`, () => {
    let provider: ModelProvider;
    beforeEach(() => {
      provider = harness.open();
    });
    afterEach(() => provider.close());

    it('answers, and names the back end that did', async () => {
      const answer = await provider.generate(plain, generateOptions(plain));
      expect(answer.text).toContain('Paris');
      expect(answer).toMatchObject({ toolCalls: [], finish: 'stop', backend: harness.backend });
    });

    it.each([
      ['an answer', plain],
      ['a structured answer', structured],
      ['a tool call', calling],
    ])('streams pieces that make up exactly the text of %s', async (_, request) => {
      const options = generateOptions(request);
      const answer = await provider.generate(request, options);
      expect(options.deltas.join('')).toBe(answer.text);
    });

    it('calls a tool by the name users write, with arguments that are parsed', async () => {
      const answer = await provider.generate(calling, generateOptions(calling));
      expect(answer.finish).toBe('toolCalls');
      expect(answer.toolCalls).toEqual([{ name: 'files.read', arguments: { parsed: { path: expect.any(String) } } }]);
    });

    it('keeps dots and underscores of a name apart', async () => {
      const { toolCalls } = await provider.generate(paging, generateOptions(paging));
      expect(toolCalls.map((call) => call.name)).toEqual(['web.read__page_2']);
    });

    it('shows text while more of it is being made, where it can', async () => {
      const controller = new AbortController();
      const options = generateOptions(slow, controller.signal);
      const ended = provider.generate(slow, options).catch((error: unknown) => error);
      const shown = await Promise.race([
        expect.poll(() => options.deltas.length, { timeout: harness.streams ? 10_000 : 1_000 }).toBeGreaterThan(0),
        ended.then(() => expect.fail('ended before anything was shown')),
      ]).then(
        () => true,
        () => false,
      );
      controller.abort();
      expect(await ended).toMatchObject({ reason: 'Cancelled' });
      expect(shown).toBe(harness.streams);
    }, 30_000);

    it('goes on from the result of a tool', async () => {
      const answer = await provider.generate(answered, generateOptions(answered));
      // A small model may call again or talk until it is cut off; the answer is whole and says which.
      expect(answer.toolCalls.length > 0 ? ['toolCalls'] : ['stop', 'length']).toContain(answer.finish);
      expect(answer.text !== '' || answer.toolCalls.length > 0).toBe(true);
    });

    it('answers in the form of the output schema', async () => {
      const answer = await provider.generate(structured, generateOptions(structured));
      const value: JsonValue = parseJson(answer.text);
      expect(isJsonObject(value) && value).toMatchObject({ capital: expect.any(String), sure: expect.any(Boolean) });
    });

    it('counts tokens', async () => {
      const { usage } = await provider.generate(plain, generateOptions(plain));
      expect(usage?.inputTokens).toBeGreaterThan(0);
      expect(usage?.outputTokens).toBeGreaterThan(0);
      expect(usage?.cachedTokens ?? 0).toBeLessThanOrEqual(usage?.inputTokens ?? 0);
      expect(usage?.reasoningTokens ?? 0).toBeLessThanOrEqual(usage?.outputTokens ?? 0);
      if (harness.usage !== undefined) expect(usage).toEqual(harness.usage);
    });

    it('passes on nothing of its own: no ids, no reasoning, only canonical values', async () => {
      const answer = await provider.generate(calling, generateOptions(calling));
      expect(Object.keys(answer).toSorted()).toEqual(['backend', 'finish', 'text', 'toolCalls', 'usage']);
      for (const call of answer.toolCalls) expect(Object.keys(call).toSorted()).toEqual(['arguments', 'name']);
      const { text, finish, toolCalls } = answer;
      const calls = toolCalls.map((call) => ({ name: call.name, arguments: { ...call.arguments } }));
      expect(() => canonicalJson({ text, finish, toolCalls: calls })).not.toThrow();
    });

    it('gives equal requests equal answers', async () => {
      const first = await provider.generate(plain, generateOptions(plain));
      const second = await provider.generate(plain, generateOptions(plain));
      expect(second).toEqual(first);
    });

    it('answers calls made at the same time, each on its own', async () => {
      const [one, two] = await Promise.all([
        provider.generate(plain, generateOptions(plain)),
        provider.generate(calling, generateOptions(calling)),
      ]);
      expect(one.text).toContain('Paris');
      expect(two.finish).toBe('toolCalls');
    });

    it('does not begin when it is cancelled already', async () => {
      const options = generateOptions(plain, AbortSignal.abort());
      await expect(provider.generate(plain, options)).rejects.toMatchObject({ reason: 'Cancelled' });
      expect(options.deltas).toEqual([]);
    });

    it('stops within a second of a cancellation, says nothing after it, and still answers the next call', async () => {
      const controller = new AbortController();
      const options = generateOptions(slow, controller.signal);
      const ended = provider.generate(slow, options).then(
        () => expect.fail('answered'),
        (error: unknown) => error,
      );
      await new Promise((done) => setTimeout(done, 400));
      const aborted = performance.now();
      controller.abort();
      expect(await ended).toMatchObject({ name: 'OrketError', reason: 'Cancelled' });
      expect(performance.now() - aborted).toBeLessThan(1000);
      const heard = options.deltas.length;
      await expect.poll(async () => (await harness.busy?.()) ?? 0).toBe(0);
      const next = await provider.generate(plain, generateOptions(plain));
      expect(next.text).toContain('Paris');
      expect(options.deltas).toHaveLength(heard);
    });

    it('ends an answer that takes longer than the Venue allows, and says which limit to raise', async () => {
      const bounded = harness.open({ totalSeconds: 1 });
      try {
        const began = performance.now();
        await expect(bounded.generate(slow, generateOptions(slow))).rejects.toMatchObject({
          reason: 'ModelTimeout',
          message: expect.stringContaining('timeouts.totalSeconds'),
        });
        expect(performance.now() - began).toBeLessThan(2500);
      } finally {
        await bounded.close();
      }
    });
  });
}
