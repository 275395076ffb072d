import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { canonicalCopy, isJsonObject, OrketError, parseJson, type JsonObject, type JsonValue } from '#crds';

const maxBytes = 64 * 1024;

/** `--inputs FILE`, overlaid by each `--input k=v`: the value is JSON where it parses as such, else text. */
export async function inputsOf(
  flags: { readonly input: Readonly<Record<string, string>>; readonly inputs?: string },
  cwd: string,
): Promise<JsonObject> {
  const file = flags.inputs === undefined ? {} : await readInputs(resolve(cwd, flags.inputs));
  const single = Object.entries(flags.input).map(([key, text]) => [key, valueOf(text)] as const);
  return { ...file, ...Object.fromEntries(single) };
}

function valueOf(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

async function readInputs(path: string): Promise<JsonObject> {
  const size = await stat(path).then(
    ({ size: bytes }) => bytes,
    () => null,
  );
  if (size === null || size > maxBytes) {
    throw new OrketError('Usage', 'the inputs cannot be read', {
      at: path,
      expected: `a file of at most ${maxBytes} bytes`,
      found: size === null ? 'nothing' : `${size} bytes`,
    });
  }
  try {
    const value = canonicalCopy(parse(await readFile(path, 'utf8'), { maxAliasCount: 0 }));
    if (isJsonObject(value)) return value;
  } catch (cause) {
    throw new OrketError(
      'Usage',
      'the inputs cannot be read',
      { at: path, expected: 'YAML or JSON', found: excerpt(cause) },
      cause,
    );
  }
  throw new OrketError('Usage', 'the inputs are no object', {
    at: path,
    expected: 'keys and values',
    found: 'something else',
  });
}

function excerpt(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]?.slice(0, 200) ?? '';
}
