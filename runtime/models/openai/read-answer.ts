import type { JsonValue } from '#crds';
import type { Deadlines } from '../deadlines.ts';
import type { Answer } from './answer.ts';
import { Assembly } from './assembly.ts';
import type { AnswerBounds } from './bounds.ts';
import { readCompletion } from './completion.ts';
import { eventData } from './event-stream.ts';
import { connectionError, type Failures } from './failure.ts';

export interface ReadOptions {
  readonly bounds: AnswerBounds;
  readonly deadlines: Deadlines;
  readonly failures: Failures;
  readonly onDelta: (text: string) => void;
  /** Called when a first piece of a streamed answer was understood. */
  readonly onBegin: () => void;
}

/**
 * Reads the answer in a response with status 200, whichever of the two shapes its content type names: some servers ignore
 * what was asked for. Throws `ModelAnswerBroken` unless the answer is complete, `ModelAnswerTooLarge` beyond the bounds.
 */
export async function readAnswer(response: Response, options: ReadOptions): Promise<Answer> {
  const { failures } = options;
  const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const body = response.body;
  if (body === null) throw failures.broken('an answer', `status ${response.status} without a body`);
  const reader = body.getReader();
  let ended = false;
  try {
    const chunks = readChunks(reader, options);
    const answer =
      type === 'text/event-stream' ? await readStream(chunks, options) : await readJson(chunks, type, options);
    ended = true;
    return answer;
  } finally {
    void (ended ? release(reader) : reader.cancel()).catch(() => {
      // The answer is judged already; a connection that fails afterwards is closed, which is all that was wanted.
    });
  }
}

async function* readChunks(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { deadlines, failures }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = await reader.read().catch((error: unknown) => {
      throw connectionError(error, true, failures);
    });
    if (next.done) return;
    deadlines.progress();
    yield next.value;
  }
}

async function readStream(chunks: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<Answer> {
  const { bounds, deadlines, failures, onDelta, onBegin } = options;
  const assembly = new Assembly(bounds, failures);
  for await (const data of eventData(chunks, bounds, failures)) {
    deadlines.started();
    if (data === '[DONE]') return assembly.complete();
    const text = assembly.add(parse(data, 'an event in JSON', failures));
    onBegin();
    if (text !== '') onDelta(text);
  }
  throw failures.broken('the end mark [DONE]', 'the end of the stream');
}

async function readJson(chunks: AsyncIterable<Uint8Array>, type: string, options: ReadOptions): Promise<Answer> {
  const { bounds, deadlines, failures, onDelta } = options;
  deadlines.started();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes > bounds.jsonBytes) throw failures.tooLarge(`at most ${bounds.jsonBytes} bytes`, 'a longer answer');
  }
  const text = Buffer.concat(parts).toString();
  if (text.trim() === '') throw failures.broken('an answer', 'an empty body');
  const isJson = type === '' || type === 'application/json' || type.endsWith('+json');
  if (!isJson)
    throw failures.broken('application/json or text/event-stream', `${failures.quote(type)}: ${failures.quote(text)}`);
  const answer = readCompletion(parse(text, 'an answer in JSON', failures), bounds, failures);
  if (answer.text !== '') onDelta(answer.text);
  return answer;
}

function parse(text: string, expected: string, failures: Failures): JsonValue {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    throw failures.broken(expected, failures.quote(text));
  }
}

/** Gives the server a moment to end the body, so that the connection can be used again; then closes it. */
async function release(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), 250);
  try {
    for (let reads = 0; reads < 4; reads += 1) if ((await reader.read()).done) return;
    await reader.cancel();
  } finally {
    clearTimeout(timer);
  }
}
