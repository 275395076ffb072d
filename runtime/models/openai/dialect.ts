/**
 * What a server understands of the parts that OpenAI-compatible servers differ in. Starts from what most of them take and
 * is narrowed by what the server refuses.
 */
export interface Dialect {
  /** `response_format` with a JSON Schema. */
  readonly responseFormat: boolean;
  /** `stream_options`, which asks for usage in a stream. */
  readonly streamOptions: boolean;
  /** Newer models of OpenAI refuse `max_tokens`; most other servers know nothing else. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
}

export const widestDialect: Dialect = { responseFormat: true, streamOptions: true, maxTokensField: 'max_tokens' };

/** Servers that turn a schema into a grammar name what they could not turn, not the field that it came in. */
const refusesSchema = /response_format|json.?schema|structured.?output|grammar|guided/i;

/**
 * The dialect to try next after status 400 or 422 with this message; null where the message names nothing that we could
 * leave out or say otherwise, so that the refusal stands. Each part is given up once, so it ends.
 */
export function narrower(dialect: Dialect, message: string): Dialect | null {
  if (dialect.responseFormat && refusesSchema.test(message)) {
    return { ...dialect, responseFormat: false };
  }
  if (dialect.streamOptions && /stream_options|include_usage/i.test(message)) {
    return { ...dialect, streamOptions: false };
  }
  if (dialect.maxTokensField === 'max_tokens' && /max_completion_tokens/i.test(message)) {
    return { ...dialect, maxTokensField: 'max_completion_tokens' };
  }
  return null;
}
