import { join } from 'node:path';
import { isDigest, isJsonObject, OrketError, parseJson, type Digest, type JsonObject } from '#crds';
import { attemptName } from '../reconcile/names.ts';
import { isNamespace } from './bundles.ts';
import { readIfThere, writeDurably } from '#runtime';
import type { Caller } from './identity.ts';

/** The newest attempt of a Session, as the controller announced it before it made the pod. */
export interface Attempt {
  readonly uid: string;
  readonly namespace: string;
  readonly session: string;
  /** Also the epoch that its records are written under. */
  readonly attempt: number;
  /** Of the bundles of its own namespace. */
  readonly bundle: Digest;
  /** As the controller sent it: the session process validates it. */
  readonly launch: JsonObject;
  /** The kubelet reported the containers of all attempts before as terminated, or there were none. */
  readonly previousIsDead: boolean;
  /** UID of the pod that came first, null until one has. */
  readonly pod: string | null;
}

export type Announcement = Omit<Attempt, 'pod'>;

const uidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const fileBytes = 4 * 1024 * 1024;

/** Who may write which journal: one folder for each Session UID, everything durable before it counts. */
export class Attempts {
  readonly #dir: string;
  readonly #known = new Map<string, Attempt>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Folder of a Session's journal. Throws `NotFound` for a text that is no UID, so that no path can be made of it. */
  folder(uid: string): string {
    if (!uidPattern.test(uid)) throw unknownSession(uid);
    return join(this.#dir, uid);
  }

  /** Throws `NotFound` where the controller never announced an attempt. */
  current(uid: string): Attempt {
    const attempt = this.#known.get(uid) ?? this.#read(uid);
    if (attempt === null) throw unknownSession(uid);
    this.#known.set(uid, attempt);
    return attempt;
  }

  /**
   * Makes this the newest attempt; true where it was not before. The same announcement again changes nothing. Throws
   * `StaleEpoch` for an older attempt and `Conflict` where the number is taken for something else.
   */
  announce(next: Announcement): boolean {
    const known = this.#known.get(next.uid) ?? this.#read(next.uid);
    if (known !== null && next.attempt < known.attempt) throw stale(known.attempt, next.attempt);
    if (known !== null && next.attempt === known.attempt) {
      if (known.session === next.session && known.namespace === next.namespace && known.bundle === next.bundle)
        return false;
      throw new OrketError('Conflict', 'this attempt was announced with another name or bundle', { at: next.uid });
    }
    // What is not proven of an attempt before the last is not proven by the last either.
    const previousIsDead = next.previousIsDead && (known?.previousIsDead ?? true);
    this.#write({ ...next, previousIsDead, pod: null });
    return true;
  }

  /**
   * The attempt that a pod may write for: the newest, if the pod has its name and was the first to come with it. Throws
   * `StaleEpoch` for the pod of an older attempt, `Forbidden` for any other caller.
   */
  admit(uid: string, { pod }: Caller): Attempt {
    const attempt = this.current(uid);
    if (pod === null || pod.namespace !== attempt.namespace) throw foreign(attempt);
    const number = numberOf(pod.name, attempt.session);
    if (number === null || number > attempt.attempt) throw foreign(attempt);
    if (number < attempt.attempt) throw stale(attempt.attempt, number);
    if (attempt.pod === null) return this.#write({ ...attempt, pod: pod.uid });
    if (attempt.pod !== pod.uid) throw foreign(attempt);
    return attempt;
  }

  #write(attempt: Attempt): Attempt {
    writeDurably(join(this.folder(attempt.uid), 'attempt.json'), JSON.stringify(attempt));
    this.#known.set(attempt.uid, attempt);
    return attempt;
  }

  #read(uid: string): Attempt | null {
    const text = readIfThere(join(this.folder(uid), 'attempt.json'));
    if (text === null) return null;
    const value = parseJson(text, { bytes: fileBytes });
    const pod = isJsonObject(value) ? value['pod'] : undefined;
    const announcement = announcementOf(uid, value);
    if (announcement === null || (pod !== null && typeof pod !== 'string')) {
      throw new OrketError('JournalCorrupt', 'the record of an attempt is not readable', {
        at: join(uid, 'attempt.json'),
      });
    }
    return { ...announcement, pod };
  }
}

/** What an announcement says, null for anything else. */
export function announcementOf(uid: string, value: unknown): Announcement | null {
  if (!isPlainObject(value)) return null;
  const { namespace, session, attempt, bundle, launch, previousIsDead } = value;
  if (typeof namespace !== 'string' || !isNamespace(namespace)) return null;
  if (typeof session !== 'string' || !isDigest(bundle)) return null;
  if (typeof attempt !== 'number' || !Number.isSafeInteger(attempt) || attempt < 1) return null;
  if (!isPlainObject(launch) || typeof previousIsDead !== 'boolean') return null;
  return { uid, namespace, session, attempt, bundle, launch: launch as JsonObject, previousIsDead };
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberOf(pod: string, session: string): number | null {
  const number = /-a([1-9]\d{0,8})$/.exec(pod)?.[1];
  return number !== undefined && pod === attemptName(session, Number(number)) ? Number(number) : null;
}

function unknownSession(uid: string): OrketError {
  return new OrketError('NotFound', 'the gateway knows no such Session', { found: uid.slice(0, 64) });
}

function stale(newest: number, used: number): OrketError {
  return new OrketError('StaleEpoch', 'a later attempt has taken the Session over', {
    expected: `attempt ${newest}`,
    found: `attempt ${used}`,
    remedy: 'Let this attempt end.',
  });
}

function foreign({ session, attempt }: Attempt): OrketError {
  return new OrketError('Forbidden', 'this caller does not run the Session', {
    expected: `the token of the first pod ${attemptName(session, attempt)}`,
  });
}
