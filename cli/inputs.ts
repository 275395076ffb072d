import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { canonicalCopy, isJsonObject, OrketError, parseJson, type JsonObject, type JsonValue } from '#crds';

/** What a Flow may hold of inputs, and so more than any that fits. */
const maxBytes = 64 * 1024;

/** Inputs as they stand on a command line. */
export interface GivenInputs {
  /** What the file of `--inputs` holds. */
  readonly file: JsonObject;
  /** `--input KEY=VALUE`, each value as it was typed. */
  readonly pairs: Readonly<Record<string, string>>;
}

/** Reads `--inputs FILE`, YAML or JSON. Throws Usage with the place where it is neither, no object, or too large. */
export async function readInputs(
  flags: { readonly input: Readonly<Record<string, string>>; readonly inputs?: string },
  cwd: string,
): Promise<GivenInputs> {
  const file = flags.inputs === undefined ? {} : await readInputsFile(resolve(cwd, flags.inputs));
  return { file, pairs: flags.input };
}

/**
 * Each pair laid over the file. A value is text where the input schema of the Flow says that its key is a string; else it is
 * JSON where it parses as such, and text where it does not.
 */
export function inputsFor(schema: JsonObject | undefined, { file, pairs }: GivenInputs): JsonObject {
  const single = Object.entries(pairs).map(([key, text]) => [key, isText(schema, key) ? text : valueOf(text)] as const);
  return { ...file, ...Object.fromEntries(single) };
}

function isText(schema: JsonObject | undefined, key: string): boolean {
  const properties = schema?.['properties'];
  if (!isJsonObject(properties) || !Object.hasOwn(properties, key)) return false;
  const property = properties[key];
  return isJsonObject(property) && property['type'] === 'string';
}

/** JSON where it parses as such, else the text itself. */
function valueOf(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

async function readInputsFile(path: string): Promise<JsonObject> {
  const text = await readBounded(path);
  let value: JsonValue;
  try {
    value = canonicalCopy(parse(text, { maxAliasCount: 0, logLevel: 'error' })).value;
  } catch (cause) {
    throw unusable(path, 'YAML or JSON', firstLine(cause), cause);
  }
  if (isJsonObject(value)) return value;
  throw unusable(path, 'an object of keys and values', Array.isArray(value) ? 'a list' : JSON.stringify(value));
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw unusable(path, `a file of at most ${maxBytes} bytes`, 'none that can be read', cause);
  });
  try {
    // A pipe gives what it has; only an empty read is the end.
    const buffer = Buffer.alloc(maxBytes + 1);
    for (let filled = 0; filled < buffer.length;) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled).catch((cause: unknown) => {
        throw unusable(path, 'a file', 'something that cannot be read', cause);
      });
      if (bytesRead === 0) return buffer.toString('utf8', 0, filled);
      filled += bytesRead;
    }
    throw unusable(path, `a file of at most ${maxBytes} bytes`, 'more');
  } finally {
    await file.close();
  }
}

function unusable(at: string, expected: string, found: string, cause?: unknown): OrketError {
  return new OrketError('Usage', 'the inputs cannot be read', { at, expected, found }, cause);
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]?.slice(0, 200) ?? '';
}
