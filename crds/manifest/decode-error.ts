/** Why a text is no manifest, at an offset in UTF-16 units. Becomes one Problem of stage `decode`. */
export class DecodeError extends Error {
  readonly reason: string;
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;

  constructor(reason: string, message: string, detail: DecodeDetail) {
    super(message);
    this.reason = reason;
    this.offset = detail.offset;
    this.expected = detail.expected;
    this.found = detail.found;
    this.remedy = detail.remedy;
  }
}

export interface DecodeDetail {
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

/** A file, a set of files or a value over a bound. */
export function tooLarge(expected: string, found: string, offset = 0): DecodeError {
  return new DecodeError('ManifestTooLarge', 'the manifests are too large', {
    offset,
    expected,
    found,
    remedy: 'Split them, or remove what does not belong there.',
  });
}
