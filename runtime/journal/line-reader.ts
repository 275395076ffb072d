import { open, type FileHandle } from 'node:fs/promises';
import { frame } from './framing.ts';
import { maxLineBytes } from './record.ts';

const chunkBytes = 256 * 1024;

/** Reads a journal file that may be growing, in pieces of bounded size: only whole lines, each once. */
export class LineReader {
  readonly #file: FileHandle;
  readonly #end: number;
  #offset: number;

  /** Of a part of a file where `from` and `end` say so, in bytes. */
  constructor(file: FileHandle, from = 0, end = Number.POSITIVE_INFINITY) {
    this.#file = file;
    this.#offset = from;
    this.#end = end;
  }

  /** Throws ENOENT as the operating system gives it. */
  static async open(path: string): Promise<LineReader> {
    return new LineReader(await open(path, 'r'));
  }

  /**
   * The next whole lines, none at the end of what is whole now. Of a line longer than any record only the beginning
   * comes: more than a record has, so that it is refused as one.
   */
  async next(): Promise<readonly string[]> {
    for (let wanted = chunkBytes; ; wanted *= 4) {
      const length = Math.min(wanted, this.#end - this.#offset);
      if (length === 0) return [];
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, this.#offset);
      const { lines, wholeBytes } = frame(buffer.subarray(0, bytesRead));
      this.#offset += wholeBytes;
      if (wholeBytes > 0) return lines;
      if (bytesRead < wanted) return [];
      if (wanted > maxLineBytes) return [buffer.toString('latin1')];
    }
  }

  /** How many bytes follow the last whole line that was read. Negative where the file was cut below it. */
  async restBytes(): Promise<number> {
    return Math.min(this.#end, (await this.#file.stat()).size) - this.#offset;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
