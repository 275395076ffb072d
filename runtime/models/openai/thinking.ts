const opening = '<think>';
const closing = '</think>';
/** Blanks before an opening that are waited for. */
const mostBlanks = 64;

/**
 * Takes a model's reasoning out of its text, where a server left it there: between `<think>` and `</think>`, at the very
 * start. Anywhere else the tags are text like any other. What could be the start of a tag is held back until it is known.
 */
export class ThinkingFilter {
  #state: 'start' | 'thinking' | 'blanks' | 'text' = 'start';
  #held = '';

  /** The text that may be shown of a next piece. */
  push(piece: string): string {
    switch (this.#state) {
      case 'text':
        return piece;
      case 'blanks':
        return this.#afterwards(piece);
      case 'thinking':
        return this.#thinking(this.#held + piece);
      case 'start':
        return this.#start(this.#held + piece);
    }
  }

  /** What was held back and turned out to be text. Reasoning that never ended is none. */
  end(): string {
    const held = this.#state === 'start' ? this.#held : '';
    this.#held = '';
    this.#state = 'text';
    return held;
  }

  #start(text: string): string {
    const begun = text.trimStart();
    if (begun.startsWith(opening)) {
      this.#state = 'thinking';
      return this.#thinking(begun.slice(opening.length));
    }
    if (opening.startsWith(begun) && text.length - begun.length <= mostBlanks) {
      this.#held = text;
      return '';
    }
    this.#held = '';
    this.#state = 'text';
    return text;
  }

  #thinking(text: string): string {
    const end = text.indexOf(closing);
    if (end < 0) {
      this.#held = text.slice(-(closing.length - 1));
      return '';
    }
    this.#held = '';
    this.#state = 'blanks';
    return this.#afterwards(text.slice(end + closing.length));
  }

  /** An answer does not begin with the blank lines after the reasoning. */
  #afterwards(text: string): string {
    const shown = text.trimStart();
    if (shown !== '') this.#state = 'text';
    return shown;
  }
}
