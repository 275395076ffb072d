import { OrketError } from '#crds';
import type { Mask } from '../../secrets/mask.ts';
import { excerpt } from '../excerpt.ts';

/** Makes the errors of one back end: each names the place, and shows no more of the server's words than is safe. */
export interface Failures {
  /** URL of the back end without credentials. */
  readonly at: string;
  /** A bounded, masked piece of what the server sent. */
  readonly quote: (text: string) => string;
  readonly broken: (expected: string, found: string) => OrketError;
  readonly tooLarge: (expected: string, found: string) => OrketError;
}

export function failuresAt(baseURL: string, mask: Mask): Failures {
  const at = displayURL(baseURL);
  const quote = (text: string): string => `"${excerpt(text, mask)}"`;
  const make = (reason: 'ModelAnswerBroken' | 'ModelAnswerTooLarge', summary: string, remedy: string) => {
    return (expected: string, found: string): OrketError =>
      new OrketError(reason, summary, { at, expected, found: excerpt(found, mask, 400), remedy });
  };
  return {
    at,
    quote,
    broken: make(
      'ModelAnswerBroken',
      'the model server sent no complete answer',
      'Check that baseURL leads to an OpenAI-compatible API.',
    ),
    tooLarge: make(
      'ModelAnswerTooLarge',
      'the answer of the model server is too large',
      'Lower maxTokens of the role or the Venue.',
    ),
  };
}

/** The address without user, password, query and fragment, which may hold secrets. */
function displayURL(text: string): string {
  if (!URL.canParse(text)) return 'the baseURL of the Venue';
  const url = new URL(text);
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** The first `code` of a system or protocol error in a chain of causes, empty where there is none. */
function codeOf(error: unknown): string {
  let current = error;
  for (let level = 0; level < 6 && current instanceof Error; level += 1) {
    if ('code' in current && typeof current.code === 'string') return current.code;
    if (current instanceof AggregateError) return codeOf(current.errors[0]);
    current = current.cause;
  }
  return '';
}

/**
 * What a broken connection means. Before the headers nothing of an answer was seen and the server counts as not
 * reached; after them the answer is broken off. Both may be tried again: a model call has no effect of its own.
 */
export function connectionError(error: unknown, headersSeen: boolean, failures: Failures): OrketError {
  const code = codeOf(error);
  if (code.startsWith('HPE_')) return failures.broken('an answer in HTTP', `a protocol error (${code})`);
  if (headersSeen) {
    return new OrketError('ModelAnswerBroken', 'the model server broke off its answer', {
      at: failures.at,
      expected: 'an answer with an end',
      found: `a connection that broke in the middle (${code || 'closed'})`,
      remedy: 'Look at the log of the model server.',
    });
  }
  const detail = { at: failures.at, found: code === '' ? 'a connection that was closed' : code };
  const remedy =
    remedies.find(([pattern]) => pattern.test(code))?.[1] ?? 'Check that the server runs and is reachable.';
  return new OrketError('ModelUnreachable', 'the model server cannot be reached', { ...detail, remedy });
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|EAI_)/, 'The name does not resolve: check baseURL of the back end.'],
  [/^ECONNREFUSED$/, 'Nothing listens there: start the server or check baseURL of the back end.'],
  [
    /CERT|SIGNED|ALTNAME|^ERR_TLS|^EPROTO/,
    'The certificate or the TLS handshake was refused: check the scheme and the certificate.',
  ],
];
