import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digestOfBytes } from '#crds';
import type { ModelRequest } from '../provider.ts';
import { createMask } from '../../secrets/mask.ts';
import { timeoutsOf } from '../timeouts.ts';
import { readLocalAnswer } from './answer.ts';
import { callOrAnswerSchema, toGrammarSchema } from './grammar.ts';
import { LlamaProvider } from './llama.ts';
import { toHistory } from './prompt.ts';

const tool = {
  name: 'files.read',
  description: 'Reads.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
};

function request(parts: Partial<ModelRequest> = {}): ModelRequest {
  const messages = [{ role: 'user', content: 'Hi' } as const];
  return { model: '', messages, tools: [], params: {}, outputSchema: null, ...parts };
}

describe('a schema as a grammar', () => {
  it('has a model write the required properties, or all where none is', () => {
    const properties = { a: { type: 'string' }, b: { type: 'integer', minimum: 3 } };
    expect(toGrammarSchema({ type: 'object', properties, required: ['b'] })).toEqual({
      type: 'object',
      properties: { b: { type: 'integer' } },
    });
    expect(toGrammarSchema({ properties })).toHaveProperty('properties.a');
  });

  it.each([
    ['a choice of types', { type: ['string', 'null'] }, { oneOf: [{ type: 'string' }, { type: 'null' }] }],
    ['anyOf', { anyOf: [{ type: 'string' }, { const: 3 }] }, { oneOf: [{ type: 'string' }, { const: 3 }] }],
    [
      'a list',
      { type: 'array', items: { enum: ['a', 'b'] }, minItems: 1 },
      { type: 'array', items: { enum: ['a', 'b'] }, minItems: 1 },
    ],
    ['a huge bound', { type: 'string', maxLength: 1e6 }, { type: 'string' }],
    ['an open object', { type: 'object' }, { type: 'object', properties: {}, additionalProperties: true }],
    ['a definition', { $ref: '#/$defs/x', $defs: { x: { type: 'boolean' } } }, { type: 'boolean' }],
  ])('knows %s', (_, schema, expected) => {
    expect(toGrammarSchema(schema)).toEqual(expected);
  });

  it('ends where a schema refers to itself for ever', () => {
    const schema = { $ref: '#/$defs/x', $defs: { x: { type: 'array', items: { $ref: '#/$defs/x' } } } };
    expect(JSON.stringify(toGrammarSchema(schema)).length).toBeLessThan(2000);
  });

  it('offers a call of each tool or an answer', () => {
    expect(callOrAnswerSchema([tool], null)).toEqual({
      oneOf: [
        { type: 'object', properties: { answer: { type: 'string' } } },
        {
          type: 'object',
          properties: {
            tool: { const: 'files.read' },
            arguments: { type: 'object', properties: { path: { type: 'string' } } },
          },
        },
      ],
    });
  });
});

describe('what a local model generated', () => {
  const calling = request({ tools: [tool] });

  it.each([
    ['plain text', request(), 'hello', 'eogToken', { text: 'hello', toolCalls: [], finish: 'stop' }],
    ['text cut off', request(), 'hel', 'maxTokens', { text: 'hel', toolCalls: [], finish: 'length' }],
    ['an answer', calling, '{"answer":"done"}', 'eogToken', { text: 'done', toolCalls: [], finish: 'stop' }],
    [
      'a structured answer',
      calling,
      '{"answer":{"b":1,"a":2}}',
      'eogToken',
      { text: '{"a":2,"b":1}', toolCalls: [], finish: 'stop' },
    ],
    [
      'a call',
      calling,
      '{"tool":"files.read","arguments":{"path":"x"}}',
      'eogToken',
      { text: '', toolCalls: [{ name: 'files.read', arguments: { parsed: { path: 'x' } } }], finish: 'toolCalls' },
    ],
  ] as const)('%s', (_, asked, text, stop, expected) => {
    expect(readLocalAnswer(asked, text, stop)).toEqual(expected);
  });

  it('is broken where it is not strict JSON', () => {
    const text = '{"tool":"files.read","arguments":{"n":1e999}}';
    expect(() => readLocalAnswer(calling, text, 'eogToken')).toThrow(
      expect.objectContaining({ reason: 'ModelAnswerBroken' }),
    );
  });
});

describe('a conversation for a chat template', () => {
  it('tells of tools in the system message, and of calls and results in words', () => {
    const history = toHistory(
      request({
        tools: [tool],
        messages: [
          { role: 'system', content: 'Be brief.' },
          {
            role: 'assistant',
            content: '',
            toolCalls: [{ id: 'c', name: 'files.read', arguments: { parsed: { path: 'x' } } }],
          },
          { role: 'tool', callId: 'c', content: 'text' },
        ],
      }),
    );
    expect(history).toEqual([
      {
        type: 'system',
        text: expect.stringMatching(/^Be brief\.\n\nYou can use these tools:\n- files\.read: Reads\./),
      },
      { type: 'model', response: ['{"tool":"files.read","arguments":{"path":"x"}}'] },
      { type: 'user', text: 'Result of files.read:\ntext' },
    ]);
  });
});

describe('what is missing', () => {
  const ask = (file: string, loadModule: () => Promise<unknown>, model = 'm'): Promise<unknown> => {
    const timeouts = timeoutsOf({ provider: 'llama' });
    const provider = new LlamaProvider({
      backend: { name: 'small', model },
      file,
      timeouts,
      mask: createMask(new Map()),
      loadModule,
    });
    const context = { role: 'r', task: 't', input: null, turn: 1, results: [] };
    return provider.generate(request(), {
      signal: new AbortController().signal,
      onDelta: () => {},
      context,
      draw: 0,
      avoid: [],
    });
  };

  it('is named: the file, without the folders of this machine', async () => {
    const error: unknown = await ask('/secret/folder/model.gguf', async () => ({})).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      reason: 'ProviderNotAvailable',
      exit: 2,
      message: expect.stringContaining('model.gguf'),
    });
    expect(String(error)).not.toContain('/secret');
  });

  it('is named: the file that the bundle pins, where another one stands in its place', async () => {
    let loads = 0;
    const load = async (): Promise<unknown> => {
      loads += 1;
      return {};
    };
    const file = import.meta.filename;
    await expect(ask(file, load, digestOfBytes('another'))).rejects.toMatchObject({
      reason: 'ProviderNotAvailable',
      detail: { expected: digestOfBytes('another'), found: digestOfBytes(readFileSync(file)) },
    });
    expect(loads).toBe(0);
    await ask(file, load, digestOfBytes(readFileSync(file))).catch(() => undefined);
    expect(loads).toBe(1);
  });

  it('is named: the package, with the command that installs it', async () => {
    const load = (): Promise<unknown> => Promise.reject(new Error('Cannot find package'));
    await expect(ask(import.meta.filename, load)).rejects.toMatchObject({
      reason: 'ProviderNotAvailable',
      message: expect.stringContaining('npm install --omit=optional node-llama-cpp@3.22.1'),
    });
    await expect(ask(import.meta.filename, async () => ({}))).rejects.toMatchObject({ reason: 'ProviderNotAvailable' });
  });
});
