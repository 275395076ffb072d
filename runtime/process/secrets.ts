import { createReadStream } from 'node:fs';
import { isJsonObject, OrketError, parseJson } from '#crds';

const mostBytes = 4 * 1024 * 1024;

/**
 * Reads the secrets that were handed over on an inherited pipe, `{"NAME/KEY": "value"}`, to its end. They are never in
 * arguments or in the environment, where other processes could read them. Throws `Usage` for anything else.
 */
export async function readSecrets(fd: number | null): Promise<ReadonlyMap<string, string>> {
  if (fd === null) return new Map();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of createReadStream('', { fd })) {
    if (!(chunk instanceof Buffer)) continue;
    bytes += chunk.length;
    if (bytes > mostBytes) throw wrong(`at most ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  const secrets = new Map<string, string>();
  const value = readObject(Buffer.concat(chunks).toString('utf8'));
  for (const [name, secret] of Object.entries(value)) {
    if (typeof secret !== 'string') throw wrong('a text for each name');
    secrets.set(name, secret);
  }
  return secrets;
}

/** What was found is never shown: it may be a secret. */
function readObject(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {};
  try {
    const value = parseJson(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Said below, without the text.
  }
  throw wrong('one JSON object');
}

function wrong(expected: string): OrketError {
  return new OrketError('Usage', 'the secrets were not handed over as they should be', {
    at: '--secrets-fd',
    expected,
  });
}
