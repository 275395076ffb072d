/** What an answer may cost in memory, however long the server goes on. Sizes are counted after inflating. */
export interface AnswerBounds {
  /** Of everything a server sends for one answer. */
  readonly wireBytes: number;
  /** Of one line, and of one event, of a stream. */
  readonly lineBytes: number;
  /** Of an answer that comes in one piece. */
  readonly jsonBytes: number;
  /** Of text and arguments together, in UTF-16 units. */
  readonly contentLength: number;
  readonly toolCalls: number;
  /** Of the body of an answer that is an error. */
  readonly errorBytes: number;
}

const mebibyte = 1024 * 1024;

/** A token of a stream takes about 300 bytes on the wire, so 64 MiB hold some 200,000 of them. */
export const answerBounds: AnswerBounds = {
  wireBytes: 64 * mebibyte,
  lineBytes: 4 * mebibyte,
  jsonBytes: 16 * mebibyte,
  contentLength: 4 * mebibyte,
  toolCalls: 128,
  errorBytes: 64 * 1024,
};
