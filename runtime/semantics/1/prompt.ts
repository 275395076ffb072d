import { canonicalJson, isJsonObject, type BundleRole, type JsonObject, type JsonValue } from '#crds';
import { answersInText } from './answers.ts';
import type { Message } from '../../models/provider.ts';

/** What a role is called with: what to do, and with what. Steps, models and tools all call it so. */
export interface Assignment {
  readonly task: string;
  readonly input: JsonValue;
}

/** The schema of an assignment: `input` is the role's own business, `task` is needed where it has none. */
export function assignmentSchema({ inputSchema }: Pick<BundleRole, 'inputSchema'>): JsonObject {
  return {
    type: 'object',
    properties: {
      task: { type: 'string', description: 'What to do.' },
      input: inputSchema ?? { type: 'object', description: 'What to do it with.' },
    },
    required: [inputSchema === undefined ? 'task' : 'input'],
    additionalProperties: false,
  };
}

/** An assignment that met its schema. */
export function readAssignment(input: JsonValue): Assignment {
  if (!isJsonObject(input)) return { task: '', input: {} };
  const { task, input: given } = input;
  return { task: typeof task === 'string' ? task : '', input: given ?? {} };
}

/** What a role without a schema of its own returns. */
export const reportSchema: JsonObject = {
  type: 'object',
  properties: {
    summary: { type: 'string' },
    artifacts: { type: 'array', items: { type: 'string' }, description: 'Files of the workspace that were written.' },
  },
  required: ['summary', 'artifacts'],
  additionalProperties: false,
};

/** The first messages of a conversation. */
export function openingMessages(role: BundleRole, { task, input }: Assignment): readonly Message[] {
  return [
    { role: 'system', content: systemText(role) },
    { role: 'user', content: userText(task, input) },
  ];
}

function systemText({ prompt, instructions, outputSchema }: BundleRole): string {
  const parts = [prompt];
  if (instructions !== undefined && instructions.length > 0)
    parts.push(instructions.map((line) => `- ${line}`).join('\n'));
  if (outputSchema !== undefined) {
    const form = answersInText(outputSchema) ? 'plain text' : 'one JSON value, and nothing else,';
    parts.push(`Your final answer is ${form} that meets this JSON Schema:\n${canonicalJson(outputSchema)}`);
  }
  return parts.join('\n\n');
}

function userText(task: string, input: JsonValue): string {
  const isEmpty = isJsonObject(input) && Object.keys(input).length === 0;
  if (isEmpty) return task === '' ? 'Begin.' : task;
  const given = `Input:\n${canonicalJson(input)}`;
  return task === '' ? given : `${task}\n\n${given}`;
}
