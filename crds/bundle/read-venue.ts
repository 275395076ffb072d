import type { BundleVenue } from './bundle.ts';
import { anyObject, flag, integer, list, mismatch, object, oneOf, text, type Reader } from './reader.ts';
import { decimal, expression, label, params, retry, seconds } from './read-words.ts';

const tokens = integer(0, 100_000_000);

const reply = object(
  {},
  {
    when: expression,
    text: text(32_768),
    toolCalls: list(object({ name: text(128) }, { arguments: anyObject }), 16),
    usage: object({}, { inputTokens: tokens, outputTokens: tokens }),
    delaySeconds: integer(0, 3_600),
    error: object({ status: integer(400, 599) }, { message: text(1_024) }),
  },
);

const backend = object(
  { name: label, model: text(1_024) },
  { baseURL: text(2_048), priority: integer(0, 1_000), weight: integer(0, 1_000) },
);

const fields = object(
  { provider: oneOf('openai', 'llama', 'scripted') },
  {
    strategy: oneOf('priority', 'weighted', 'leastBusy'),
    params,
    retry,
    pricing: list(object({ model: text(1_024), input: decimal, output: decimal }, { cachedInput: decimal }), 64),
    timeouts: object(
      {},
      { connectSeconds: seconds, firstTokenSeconds: seconds, idleSeconds: seconds, totalSeconds: seconds },
    ),
    stream: flag,
    backends: list(backend, 16),
    replies: list(reply, 64),
  },
);

export const venue: Reader<BundleVenue> = (value, at) => {
  const read = fields(value, at);
  once(
    (read.backends ?? []).map(({ name }) => name),
    `${at}.backends`,
  );
  once(
    (read.pricing ?? []).map(({ model }) => model),
    `${at}.pricing`,
  );
  return read;
};

function once(names: readonly string[], at: string): void {
  const again = names.find((name, index) => names.indexOf(name) !== index);
  if (again !== undefined) throw mismatch(at, 'each name once', `${JSON.stringify(again)} again`);
}
