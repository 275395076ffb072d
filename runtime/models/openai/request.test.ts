import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../provider.ts';
import { narrower, widestDialect } from './dialect.ts';
import { toBody } from './request.ts';

function request(parts: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: '',
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [],
    params: {},
    outputSchema: null,
    ...parts,
  };
}

const tool = { name: 'files.read', description: 'Reads.', inputSchema: { properties: { path: { type: 'string' } } } };
const body = (parts: Partial<ModelRequest>, dialect = widestDialect, stream = false) =>
  toBody(request(parts), 'default-model', stream, dialect);

describe('a body of chat completions', () => {
  it('says nothing that was not asked for', () => {
    expect(body({})).toEqual({ model: 'default-model', messages: [{ role: 'user', content: 'Hi' }] });
  });

  it('asks for the model of the role, and for usage in a stream', () => {
    expect(body({ model: 'better' }, widestDialect, true)).toMatchObject({
      model: 'better',
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('gives calls ids by their order, the same in every request of a conversation', () => {
    const call = (id: string) => ({ id, name: 'files.read', arguments: { parsed: { path: id } } });
    const sent = body({
      messages: [
        { role: 'assistant', content: '', toolCalls: [call('a#1~1/t1~1/c1~1'), call('a#1~1/t1~1/c2~1')] },
        { role: 'tool', callId: 'a#1~1/t1~1/c1~1', content: 'one' },
        { role: 'tool', callId: 'a#1~1/t1~1/c2~1', content: 'two' },
      ],
    });
    expect(sent.messages).toMatchObject([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call00001', function: { name: 'files__read' } }, { id: 'call00002' }],
      },
      { role: 'tool', tool_call_id: 'call00001', content: 'one' },
      { role: 'tool', tool_call_id: 'call00002', content: 'two' },
    ]);
  });

  it('sends an output schema only where no tools are offered, and a type with every schema of a tool', () => {
    const outputSchema = { type: 'object' };
    expect(body({ outputSchema })).toHaveProperty('response_format.json_schema.schema', outputSchema);
    const both = body({ outputSchema, tools: [tool] });
    expect(both).not.toHaveProperty('response_format');
    expect(both).toHaveProperty('tools[0].function.parameters.type', 'object');
  });
});

describe('narrowing what a server is asked', () => {
  const full = { outputSchema: { type: 'object' }, params: { maxTokens: 5 } } as const;

  it.each([
    ["'response_format' of type 'json_schema' is not supported", 'response_format'],
    ['Unknown parameter: stream_options', 'stream_options'],
    ["Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", 'max_tokens'],
  ])('%s', (message, field) => {
    expect(body(full, widestDialect, true)).toHaveProperty(field);
    const dialect = narrower(widestDialect, message);
    expect(dialect).not.toBeNull();
    if (dialect === null) return;
    expect(body(full, dialect, true)).not.toHaveProperty(field);
    expect(narrower(dialect, message)).toBeNull();
  });

  it('lets any other refusal stand', () => {
    expect(narrower(widestDialect, 'The model does not exist')).toBeNull();
  });
});
