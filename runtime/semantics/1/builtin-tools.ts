import type { BuiltinTool, JsonObject } from '#crds';
import type { Recovery, Risk } from '../../journal/record.ts';

/** What a model is told about a built-in tool, letter by letter: it shapes the bytes of requests. */
export interface BuiltinDefinition {
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  readonly risk: Risk;
  readonly recovery: Recovery;
  readonly timeoutSeconds: number;
}

/** What is taken where the input does not say. */
export interface BuiltinDefaults {
  readonly readBytes: number;
  readonly listEntries: number;
  readonly searchMatches: number;
  readonly glob: string;
}

export const builtinDefaults: BuiltinDefaults = {
  readBytes: 1_048_576,
  listEntries: 200,
  searchMatches: 100,
  glob: '**',
};

const filePath =
  'Path as space:path, for example workspace:notes/plan.md or domain:src/main.ts. Without a space: workspace.';
const folderPath =
  'Folder as space:path, for example domain:src. "domain:" is the whole space. Without a space: workspace.';
const truncated = { type: 'boolean', description: 'True where there is more than what was returned.' };

export const builtinDefinitions: Readonly<Record<BuiltinTool, BuiltinDefinition>> = {
  read: {
    description: 'Reads a text file. A long file is read in parts: go on at offset + bytes while truncated is true.',
    inputSchema: {
      type: 'object',
      properties: {
        path: { type: 'string', minLength: 1, description: filePath },
        offset: { type: 'integer', minimum: 0, description: 'Byte to begin at. Default 0.' },
        bytes: { type: 'integer', minimum: 4, maximum: 1_048_576, description: 'How much to read. Default 1048576.' },
      },
      required: ['path'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        text: { type: 'string' },
        offset: { type: 'integer', description: 'Byte of the file where text begins.' },
        bytes: { type: 'integer', description: 'Bytes of text.' },
        sizeBytes: { type: 'integer', description: 'Bytes of the whole file.' },
        truncated,
      },
      required: ['path', 'text', 'offset', 'bytes', 'sizeBytes', 'truncated'],
      additionalProperties: false,
    },
    risk: 'read',
    recovery: 'safe',
    timeoutSeconds: 60,
  },
  list: {
    description: 'Lists the files, folders and links of a folder, sorted by path.',
    inputSchema: {
      type: 'object',
      properties: {
        path: { type: 'string', description: folderPath },
        recursive: { type: 'boolean', description: 'Also what is in the folders below. Default false.' },
        max: { type: 'integer', minimum: 1, maximum: 5000, description: 'How many entries at most. Default 200.' },
      },
      required: ['path'],
      additionalProperties: false,
    },
    outputSchema: {
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
        truncated,
      },
      required: ['path', 'entries', 'truncated'],
      additionalProperties: false,
    },
    risk: 'read',
    recovery: 'safe',
    timeoutSeconds: 60,
  },
  write: {
    description: 'Writes a text file in the workspace, in place of what was there. Missing folders are made.',
    inputSchema: {
      type: 'object',
      properties: {
        path: { type: 'string', minLength: 1, description: 'Path in the workspace, for example workspace:report.md.' },
        text: { type: 'string', description: 'The whole new content.' },
      },
      required: ['path', 'text'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        bytes: { type: 'integer' },
        digest: { type: 'string', description: 'SHA-256 of the content.' },
      },
      required: ['path', 'bytes', 'digest'],
      additionalProperties: false,
    },
    risk: 'write',
    recovery: 'workspace',
    timeoutSeconds: 60,
  },
  search: {
    description: 'Searches the lines of the text files below a folder, or of one file. Binary files are passed over.',
    inputSchema: {
      type: 'object',
      properties: {
        path: { type: 'string', description: folderPath },
        pattern: {
          type: 'string',
          minLength: 1,
          maxLength: 512,
          description:
            'Regular expression in RE2 syntax; (?i) at the start ignores case. Plain text is found as it is.',
        },
        glob: {
          type: 'string',
          maxLength: 512,
          description: 'Only files that match, for example *.ts, src/**/*.{js,ts}. Without "/" it is about the name.',
        },
        max: { type: 'integer', minimum: 1, maximum: 1000, description: 'How many lines at most. Default 100.' },
      },
      required: ['path', 'pattern'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object',
      properties: {
        matches: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              path: { type: 'string' },
              line: { type: 'integer', description: 'From 1.' },
              text: { type: 'string', description: 'The line; where it is long, the part around the match.' },
            },
            required: ['path', 'line', 'text'],
            additionalProperties: false,
          },
        },
        truncated,
      },
      required: ['matches', 'truncated'],
      additionalProperties: false,
    },
    risk: 'read',
    recovery: 'safe',
    timeoutSeconds: 120,
  },
  stateGet: {
    description: 'Gets a value that outlives this run, by its key. Version 0 and null where nothing was put yet.',
    inputSchema: {
      type: 'object',
      properties: { key: { type: 'string', minLength: 1, maxLength: 256, description: 'Name of the value.' } },
      required: ['key'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object',
      properties: { value: {}, version: { type: 'integer', description: 'Counts the puts of this key.' } },
      required: ['value', 'version'],
      additionalProperties: false,
    },
    risk: 'read',
    recovery: 'safe',
    timeoutSeconds: 60,
  },
  statePut: {
    description: 'Keeps a value beyond this run. It is refused where somebody else has put the key in between.',
    inputSchema: {
      type: 'object',
      properties: {
        key: { type: 'string', minLength: 1, maxLength: 256, description: 'Name of the value.' },
        value: { description: 'What to keep.' },
        version: { type: 'integer', minimum: 0, description: 'Version that is replaced. Default 0, for a new key.' },
      },
      required: ['key', 'value'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object',
      properties: { version: { type: 'integer', description: 'The new version.' } },
      required: ['version'],
      additionalProperties: false,
    },
    risk: 'write',
    recovery: 'keyed',
    timeoutSeconds: 60,
  },
};
