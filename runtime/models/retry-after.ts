import { parseInstant } from '#crds';

/** A server that asks for a longer wait than this is not believed. */
const mostMs = 24 * 60 * 60 * 1000;

/**
 * How long a server asks to wait, in ms: `Retry-After` in seconds or as a date of HTTP, or `retry-after-ms` as some
 * servers send beside it. Null for nothing, and for what makes no sense: negative, not a number, longer than a day. A
 * date that has passed is no wait.
 */
export function readRetryAfter(
  { seconds, milliseconds }: { readonly seconds: string | null; readonly milliseconds: string | null },
  now: number,
): number | null {
  const exact = milliseconds === null ? null : number(milliseconds);
  if (exact !== null) return bounded(exact);
  if (seconds === null) return null;
  const given = number(seconds);
  if (given !== null) return bounded(given * 1000);
  const at = dateOf(seconds);
  return Number.isNaN(at) ? null : bounded(Math.max(0, at - now));
}

function bounded(ms: number): number | null {
  return ms <= mostMs ? Math.ceil(ms) : null;
}

function number(text: string): number | null {
  return /^\d{1,12}(\.\d{1,9})?$/.test(text.trim()) ? Number(text) : null;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The form of dates that servers send (RFC 9110, IMF-fixdate): `Sun, 06 Nov 1994 08:49:37 GMT`. */
function dateOf(text: string): number {
  const match = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/.exec(text.trim());
  const month = months.indexOf(match?.[2] ?? '') + 1;
  if (match === null || month === 0) return Number.NaN;
  return parseInstant(`${match[3]}-${String(month).padStart(2, '0')}-${match[1]}T${match[4]}Z`);
}
