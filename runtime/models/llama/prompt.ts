import { canonicalJson, type JsonValue } from '#crds';
import type { Message, ModelRequest, ToolCall } from '../provider.ts';
import type { HistoryItem } from './module.ts';

/**
 * A conversation as the chat template of the model takes it. Calls and results are plain text, because the form of our
 * calls comes from the grammar and not from what the model was trained on.
 */
export function toHistory(request: ModelRequest): readonly HistoryItem[] {
  const names = callNames(request.messages);
  const instruction = toolInstruction(request);
  const history: HistoryItem[] = request.messages.map((message) => toItem(message, names));
  if (instruction === '') return history;
  const [first, ...rest] = history;
  if (first?.type === 'system') return [{ type: 'system', text: `${first.text}\n\n${instruction}` }, ...rest];
  return [{ type: 'system', text: instruction }, ...history];
}

function toItem(message: Message, names: ReadonlyMap<string, string>): HistoryItem {
  switch (message.role) {
    case 'system':
    case 'user':
      return { type: message.role, text: message.content };
    case 'tool':
      return { type: 'user', text: `Result of ${names.get(message.callId) ?? 'the tool'}:\n${message.content}` };
    case 'assistant': {
      const texts = [message.content, ...message.toolCalls.map(writeCall)].filter((text) => text !== '');
      return { type: 'model', response: [texts.join('\n')] };
    }
  }
}

function callNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []));
  return new Map(calls.map(({ id, name }) => [id, name]));
}

function writeCall(call: ToolCall): string {
  const given: JsonValue = 'parsed' in call.arguments ? call.arguments.parsed : call.arguments.unparsed;
  return `{"tool":${canonicalJson(call.name)},"arguments":${canonicalJson(given)}}`;
}

function toolInstruction({ tools, outputSchema }: ModelRequest): string {
  if (tools.length === 0) return '';
  const list = tools.map(({ name, description, inputSchema }) => {
    return `- ${name}: ${description} Arguments: ${canonicalJson(inputSchema)}`;
  });
  const answer = outputSchema === null ? 'a text' : `JSON of this schema: ${canonicalJson(outputSchema)}`;
  return [
    'You can use these tools:',
    ...list,
    'Reply with one JSON object and nothing else. To use a tool: {"tool": NAME, "arguments": {...}}.',
    `When you need no tool any more: {"answer": ANSWER}, where ANSWER is ${answer}.`,
  ].join('\n');
}
