/** An instant as milliseconds since the epoch: what clocks give and arithmetic takes. */
export type Instant = number;

/** The instant that was formatted last: what is recorded in one moment asks for the same text several times. */
let last: { readonly instant: Instant; readonly text: string } | null = null;

/** RFC 3339 UTC with milliseconds, the one form that records and status use. */
export function formatInstant(instant: Instant): string {
  if (last?.instant !== instant) last = { instant, text: new Date(instant).toISOString() };
  return last.text;
}

/** RFC 3339 UTC to the second, as Kubernetes writes times. */
export function formatSecond(instant: Instant): string {
  return `${formatInstant(instant).slice(0, 19)}Z`;
}

/** Milliseconds since the epoch of an RFC 3339 time, NaN for anything else. */
export function parseInstant(text: string): Instant {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}
