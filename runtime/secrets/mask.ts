/**
 * Replaces the exact values of secrets, and their base64, URL and JSON-escaped forms, by `‹secret:NAME›`. Masking twice
 * changes nothing more, so a value that was recorded masked can be masked again on its way through a later attempt.
 */
export interface Mask {
  text(text: string): string;
  /** True where there is nothing to hide, so that values need not be walked. */
  readonly empty: boolean;
  /** A mask for text that arrives in pieces. */
  stream(): MaskStream;
}

/** Masks pieces of one text; holds back what could be the start of a secret. */
export interface MaskStream {
  /** What of the text so far may be shown. */
  push(piece: string): string;
  /** The rest, once no more comes. */
  end(): string;
}

/** Shorter forms would hide ordinary text; the plain value is hidden at any length. */
const shortestDerived = 6;

/** Makes a mask of secrets by name. Empty values hide nothing. */
export function createMask(secrets: ReadonlyMap<string, string>): Mask {
  const markers = new Map<string, string>();
  for (const [name, value] of [...secrets].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const form of formsOf(value)) if (!markers.has(form)) markers.set(form, `‹secret:${name}›`);
  }
  if (markers.size === 0) return { text: (text) => text, empty: true, stream: plainStream };

  // Markers come first: a secret whose value occurs in a marker must not break the marker open.
  const kept = [...new Set(markers.values())];
  const forms = [...markers.keys()].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const pattern = new RegExp([...kept, ...forms].map(escapePattern).join('|'), 'g');
  const longest = Math.max(...kept.map((text) => text.length), ...forms.map((text) => text.length));
  const replace = (found: string): string => markers.get(found) ?? found;
  return {
    text: (text) => text.replace(pattern, replace),
    empty: false,
    stream: () => maskedStream(pattern, replace, longest),
  };
}

function maskedStream(pattern: RegExp, replace: (found: string) => string, longest: number): MaskStream {
  let pending = '';
  return {
    push(piece) {
      pending += piece;
      // A match that starts before the cut is seen at its full length; one that starts after it waits.
      let cut = Math.max(0, pending.length - longest + 1);
      let shown = '';
      let from = 0;
      for (const match of pending.matchAll(pattern)) {
        if (match.index >= cut) break;
        shown += pending.slice(from, match.index) + replace(match[0]);
        from = match.index + match[0].length;
        cut = Math.max(cut, from);
      }
      shown += pending.slice(from, cut);
      pending = pending.slice(cut);
      return shown;
    },
    end() {
      const rest = pending.replace(pattern, replace);
      pending = '';
      return rest;
    },
  };
}

function plainStream(): MaskStream {
  return { push: (piece) => piece, end: () => '' };
}

/** Every text in which a secret's value gives itself away. */
function formsOf(value: string): readonly string[] {
  if (value === '') return [];
  const json = JSON.stringify(value).slice(1, -1);
  const urls = [encodeURIComponent(value.toWellFormed()), new URLSearchParams([['', value]]).toString().slice(1)];
  const derived = [
    json,
    escapeNonAscii(json),
    // As writers do whose JSON may stand in HTML.
    escapeNonAscii(json, /[<>&'\u007f-\uffff]/g),
    escapeNonAscii(json, /[<>&\u2028\u2029]/g),
    json.replaceAll('/', String.raw`\/`),
    ...urls,
    ...urls.map((url) => url.replaceAll(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase())),
    ...base64Forms(value),
  ];
  return [value, ...derived.filter((form) => form.length >= shortestDerived)];
}

/**
 * Base64 of the value wherever it stands inside a longer text (`user:password`): the three ways it can fall on groups
 * of three bytes, each without the characters that its neighbours take part in.
 */
function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(value, 'utf8');
  const forms = [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const start = Math.ceil((lead * 8) / 6);
    const end = Math.floor(((lead + bytes.length) * 8) / 6);
    return text.slice(start, end);
  });
  const whole = bytes.toString('base64');
  return [whole, whole.replace(/=+$/, ''), ...forms].flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
  ]);
}

function escapeNonAscii(text: string, escaped = /[^\u0000-\u007f]/g): string {
  return text.replaceAll(escaped, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`); // eslint-disable-line no-control-regex
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
