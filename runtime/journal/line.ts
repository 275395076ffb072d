import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '#crds';

/** What surrounds a body in a record, without `v` and `hash`. */
export interface Envelope {
  readonly seq: number;
  readonly epoch: number;
  readonly prev: string;
  readonly type: string;
  readonly path: string;
  readonly at: string;
  readonly synced: number;
  readonly sem?: true;
}

export interface Line {
  /** The canonical record, without a newline. */
  readonly text: string;
  /** 64 hex digits. */
  readonly hash: string;
}

/**
 * The one line of a record. Writers and readers both build lines with it, so a line that differs from what it gives is
 * not canonical. `at` and `type` are taken as they are: the caller has checked their form.
 */
export function lineOf(envelope: Envelope, bodyText: string): Line {
  // Keys in the order of RFC 8785: `hash` stands between these two, so the record is serialised once.
  const front = `{"at":"${envelope.at}","body":${bodyText},"epoch":${envelope.epoch},`;
  const sem = envelope.sem === true ? '"sem":true,' : '';
  const back =
    `"path":${canonicalJson(envelope.path)},"prev":"${envelope.prev}",${sem}"seq":${envelope.seq},` +
    `"synced":${envelope.synced},"type":"${envelope.type}","v":1}`;
  const digest = hash('sha256', front + back, 'hex');
  return { text: `${front}"hash":"${digest}",${back}`, hash: digest };
}

/** The hash that a canonical line has to state: of the record without that member. */
export function hashOf(line: string): string {
  const at = hashMember(line);
  return hash('sha256', line.slice(0, at) + line.slice(at + memberLength), 'hex');
}

/** The hash a canonical line states, without parsing it. */
export function statedHash(line: string): string {
  const at = hashMember(line) + '"hash":"'.length;
  return line.slice(at, at + 64);
}

const memberLength = '"hash":"",'.length + 64;

/** What follows in a record are strings whose quotes are escaped, so the last place is the member itself. */
function hashMember(line: string): number {
  return line.lastIndexOf('"hash":"');
}

/** What a body says in text, for `lineOf`. Throws NotCanonical. */
export function bodyText(body: object): string {
  return canonicalJson(body as JsonObject);
}
