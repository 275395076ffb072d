import { expression, label, params, toolName } from './read-words.ts';
import { anyObject, integer, list, number, object, oneOf, text } from './reader.ts';

const patch = object(
  {},
  {
    task: text(8_192),
    input: anyObject,
    prompt: text(32_768),
    instructions: list(text(4_096), 64),
    model: text(256),
    params,
  },
);

const adjustment = object(
  { op: oneOf('skip', 'patch', 'enable', 'disable', 'pause', 'retry', 'abort', 'suggest') },
  { step: text(512), role: label, tool: toolName, patch, reason: text(512) },
);

const rule = object(
  { name: label, when: expression, adjust: adjustment },
  {
    phase: oneOf('before', 'after'),
  },
);

export const conductor = object(
  {},
  {
    mode: oneOf('suggest', 'auto'),
    rules: list(rule, 32),
    heuristics: object(
      {},
      {
        schemaFailures: integer(1, 3),
        identicalCalls: integer(2, 1_000),
        stagnation: integer(1, 32),
        tokenFactor: number(1, 1_000),
      },
    ),
  },
);
