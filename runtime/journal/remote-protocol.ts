import type { Digest } from '#crds';
import { blobRef, count, list, nullable, object, oneOf, text, type Shape } from './shape.ts';
import type { AppendOptions, Opened } from './store.ts';
import type { BlobRef } from './record.ts';

/**
 * How a session process talks to the gateway that keeps its journal: HTTPS, a bearer token on every request, everything
 * below `/v1/sessions/UID`. Each request may be repeated: the second one changes nothing and is answered like the first.
 *
 * | Request | Body | Answer |
 * |---|---|---|
 * | `GET bundle` | | 200 JSON: the bundle |
 * | `GET launch` | | 200 JSON: the launch |
 * | `POST journal/open` | | 200 `OpenAnswer`: this pod is the one of the newest attempt |
 * | `GET journal/lines?from=SEQ` | | 200 `application/x-ndjson`: whole lines from that seq on, at least one, at most `pageBytes` unless one line is longer |
 * | `POST journal/append` | `AppendRequest` | 204: written; with `sync` durable, blobs included |
 * | `PUT blobs/DIGEST` | octets | 200 `BlobRef` |
 * | `GET blobs/DIGEST?offset=N&bytes=N` | | 200 octets |
 *
 * A refusal is 4xx with `Refusal`; its reason is one of the catalogue: StaleEpoch and HeadMismatch 409, Forbidden 401 (a
 * token that is not valid now) or 403, NotFound 404, JournalCorrupt 422, InvalidInput 400. Everything else (5xx, 429, no
 * answer, an answer that is none of these) means *away*: the client repeats the request until it is answered.
 * There is no request for anchors: the gateway holds the journal and shows its head in the Session's status.
 */
export const remotePaths = {
  bundle: (uid: string) => `${sessionPath(uid)}/bundle`,
  launch: (uid: string) => `${sessionPath(uid)}/launch`,
  open: (uid: string) => `${sessionPath(uid)}/journal/open`,
  lines: (uid: string, from: number) => `${sessionPath(uid)}/journal/lines?from=${from}`,
  append: (uid: string) => `${sessionPath(uid)}/journal/append`,
  blob: (uid: string, digest: Digest) => `${sessionPath(uid)}/blobs/${digest}`,
  blobBytes: (uid: string, { digest, offset, bytes }: BlobRef) =>
    `${sessionPath(uid)}/blobs/${digest}?offset=${offset}&bytes=${bytes}`,
} as const;

/** What a page of lines holds at most, unless its first line is longer. */
export const pageBytes = 4 * 1024 * 1024;

export interface OpenAnswer extends Pick<Opened, 'epoch' | 'torn' | 'previousIsDead'> {
  /** Of the last record, 0 for an empty journal. */
  readonly seq: number;
}

export interface AppendRequest extends AppendOptions {
  readonly lines: readonly string[];
}

export interface Refusal {
  /** Of the error catalogue. */
  readonly reason: string;
  readonly message: string;
}

export const isOpenAnswer = guard<OpenAnswer>(
  object({
    epoch: count(1),
    seq: count(),
    torn: nullable(object({ bytes: count(1), afterSeq: count() })),
    previousIsDead: oneOf(true, false),
  }),
);

export const isAppendRequest = guard<AppendRequest>(
  object({ epoch: count(1), firstSeq: count(1), expectedHead: text, sync: oneOf(true, false), lines: list(text) }),
);

export const isBlobRef = guard<BlobRef>(blobRef);

export const isRefusal = guard<Refusal>(object({ reason: text, message: text }));

function guard<T>(check: Shape<T>): (value: unknown) => value is T {
  return (value): value is T => check(value, { blobs: [], exact: false }) === null;
}

function sessionPath(uid: string): string {
  return `/v1/sessions/${encodeURIComponent(uid)}`;
}
