import { bounds } from './protocol.ts';

/** How much a host has said for one call. */
export class Said {
  #messages = 0;
  #size = 0;

  /** Counts a message of that many characters; true where that is too much, and its host out of control. */
  add(size: number): boolean {
    this.#messages += 1;
    this.#size += size;
    return this.#messages > bounds.messagesPerCall || this.#size > bounds.bytesPerCall;
  }
}
