import type { JsonObject } from '../canonical/json.ts';
import type { BuiltinTool } from './builtin-tools.ts';

/**
 * What built-in tools take and give, for checks before a run. The runtime has its own, with words for models; a test
 * holds the two to each other.
 */
export const builtinSchemas: Readonly<
  Record<BuiltinTool, { readonly input: JsonObject; readonly output: JsonObject }>
> = {
  read: {
    input: {
      type: 'object',
      properties: {
        path: { type: 'string', minLength: 1 },
        offset: { type: 'integer', minimum: 0 },
        bytes: { type: 'integer', minimum: 4, maximum: 1048576 },
      },
      required: ['path'],
      additionalProperties: false,
    },
    output: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        text: { type: 'string' },
        offset: { type: 'integer' },
        bytes: { type: 'integer' },
        sizeBytes: { type: 'integer' },
        truncated: { type: 'boolean' },
      },
      required: ['path', 'text', 'offset', 'bytes', 'sizeBytes', 'truncated'],
      additionalProperties: false,
    },
  },
  list: {
    input: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        recursive: { type: 'boolean' },
        max: { type: 'integer', minimum: 1, maximum: 5000 },
      },
      required: ['path'],
      additionalProperties: false,
    },
    output: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        entries: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              path: { type: 'string' },
              kind: { enum: ['file', 'folder', 'link'] },
              bytes: { type: 'integer' },
            },
            required: ['path', 'kind', 'bytes'],
            additionalProperties: false,
          },
        },
        truncated: { type: 'boolean' },
      },
      required: ['path', 'entries', 'truncated'],
      additionalProperties: false,
    },
  },
  write: {
    input: {
      type: 'object',
      properties: { path: { type: 'string', minLength: 1 }, text: { type: 'string' } },
      required: ['path', 'text'],
      additionalProperties: false,
    },
    output: {
      type: 'object',
      properties: { path: { type: 'string' }, bytes: { type: 'integer' }, digest: { type: 'string' } },
      required: ['path', 'bytes', 'digest'],
      additionalProperties: false,
    },
  },
  search: {
    input: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        pattern: { type: 'string', minLength: 1, maxLength: 512 },
        glob: { type: 'string', maxLength: 512 },
        max: { type: 'integer', minimum: 1, maximum: 1000 },
      },
      required: ['path', 'pattern'],
      additionalProperties: false,
    },
    output: {
      type: 'object',
      properties: {
        matches: {
          type: 'array',
          items: {
            type: 'object',
            properties: { path: { type: 'string' }, line: { type: 'integer' }, text: { type: 'string' } },
            required: ['path', 'line', 'text'],
            additionalProperties: false,
          },
        },
        truncated: { type: 'boolean' },
      },
      required: ['matches', 'truncated'],
      additionalProperties: false,
    },
  },
  stateGet: {
    input: {
      type: 'object',
      properties: { key: { type: 'string', minLength: 1, maxLength: 256 } },
      required: ['key'],
      additionalProperties: false,
    },
    output: {
      type: 'object',
      properties: { value: {}, version: { type: 'integer' } },
      required: ['value', 'version'],
      additionalProperties: false,
    },
  },
  statePut: {
    input: {
      type: 'object',
      properties: {
        key: { type: 'string', minLength: 1, maxLength: 256 },
        value: {},
        version: { type: 'integer', minimum: 0 },
      },
      required: ['key', 'value'],
      additionalProperties: false,
    },
    output: {
      type: 'object',
      properties: { version: { type: 'integer' } },
      required: ['version'],
      additionalProperties: false,
    },
  },
};
