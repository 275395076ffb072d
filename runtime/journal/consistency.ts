import { OrketError, type Digest, type JsonValue } from '#crds';
import { splitAttempt } from '../call/path.ts';
import { falseClaim, type FalseClaim } from './claims.ts';
import { blobFlaw, expandFacts } from './fork-facts.ts';
import { claimsOf, contentsOf, partsOf } from './contents.ts';
import { saidElsewhere } from './gates-of-story.ts';
import { Story, type Telling } from './story.ts';
import { Prompts, type RequestDigest } from './prompts.ts';
import type { BlobRef, JournalRecord, Usage } from './record.ts';
import { jsonOf } from './values.ts';

export interface Surroundings {
  /** What semantics of that number make of things. Throws RuntimeUnsupported for one that is not known. */
  readonly semantics: (semantics: number) => Telling & {
    readonly requestDigest: RequestDigest;
    readonly idempotencyKey: (uid: string, path: string) => Digest;
  };
  /** The bytes of a blob, null where there are not as many. */
  readonly readBlob: (ref: BlobRef) => Promise<Uint8Array | null>;
}

/**
 * Holds records against those before them, in order: digests and what they are of, the messages of a request, attempts,
 * epochs, what was used in all, and whether it is a story at all. Whoever can make the chain fit can still not make these fit.
 */
export class Consistency {
  readonly #surroundings: Surroundings;
  readonly #prompts = new Prompts();
  readonly #held = new Set<Digest>();
  #unread: BlobRef[] = [];
  readonly #story: Story;
  #requestDigest: RequestDigest | null = null;
  #key: ((path: string) => Digest) | null = null;
  #epoch: number | null = null;
  #used: Usage = { inputTokens: 0, outputTokens: 0 };

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#story = new Story(surroundings.semantics);
  }

  /** What of the next record cannot be so, null for nothing. */
  async flawOf(record: JournalRecord): Promise<FalseClaim | null> {
    const flaw =
      falseClaim(record) ??
      this.#epochFlaw(record) ??
      (await this.#absent(record)) ??
      (await this.#contradiction(record)) ??
      this.#story.flawOf(record, await this.#said(record));
    if (flaw === null) this.#add(record);
    return flaw;
  }

  #epochFlaw({ type, epoch, body }: JournalRecord): FalseClaim | null {
    const before = this.#epoch;
    this.#epoch = epoch;
    if (type === 'attempt.started') {
      return body.attempt === epoch ? null : wrong('body.attempt', epoch, body.attempt);
    }
    return before === null || before === epoch
      ? null
      : wrong('epoch', `${before}: only attempt.started changes it`, epoch);
  }

  /** A digest alone stands for what an earlier record holds. */
  async #absent(record: JournalRecord): Promise<FalseClaim | null> {
    for (const { field, digest, of, follows } of claimsOf(record)) {
      if (of !== null || digest === null || follows || (await this.#holds(digest))) continue;
      return { field: `body.${field}`, expected: 'a digest of what is here or in an earlier record', found: digest };
    }
    return null;
  }

  async #holds(digest: Digest): Promise<boolean> {
    while (!this.#held.has(digest)) {
      const blob = this.#unread.shift();
      if (blob === undefined) return false;
      const bytes = await this.#surroundings.readBlob(blob);
      const value = bytes === null ? undefined : jsonOf(bytes);
      if (value !== undefined) for (const part of partsOf(value)) this.#held.add(part.digest);
    }
    return true;
  }

  async #contradiction(record: JournalRecord): Promise<FalseClaim | null> {
    switch (record.type) {
      case 'session.started':
        return this.#begin(record.body);
      case 'call.intent':
        return attemptFlaw(record.path, record.body.attempt) ?? this.#keyFlaw(record);
      case 'model.request':
        return (
          attemptFlaw(record.path, record.body.attempt) ??
          (this.#requestDigest === null ? null : this.#prompts.flawOf(record, this.#requestDigest))
        );
      case 'session.forked':
        return this.#taken(record);
      case 'session.ended':
        return this.#usageFlaw(record.body.usage);
      default:
        return null;
    }
  }

  async #said(record: JournalRecord): Promise<JsonValue | undefined> {
    const blob = saidElsewhere(record);
    const bytes = blob === null ? null : await this.#surroundings.readBlob(blob);
    return bytes === null ? undefined : jsonOf(bytes);
  }

  /** What a fork took over is part of what it says: its facts, their digests, the blobs that they name. */
  async #taken(record: JournalRecord<'session.forked'>): Promise<FalseClaim | null> {
    if (record.seq !== 2) return { field: 'type', expected: 'session.forked as record 2 only', found: `${record.seq}` };
    const { outcomes } = record.body;
    if (outcomes === null) return { field: 'body.outcomes', expected: 'what was taken over', found: 'null' };
    const bytes = 'blob' in outcomes ? await this.#surroundings.readBlob(outcomes.blob) : null;
    const value = 'value' in outcomes ? outcomes.value : bytes === null ? undefined : jsonOf(bytes);
    const { facts, blobs, flaw } = expandFacts(record, value ?? null);
    this.#story.take(facts);
    return flaw ?? blobFlaw(blobs, this.#surroundings.readBlob);
  }

  /** What only a later version can judge is not taken for right. */
  #begin({ uid, semantics }: JournalRecord<'session.started'>['body']): FalseClaim | null {
    try {
      const { requestDigest, idempotencyKey } = this.#surroundings.semantics(semantics);
      this.#requestDigest = requestDigest;
      this.#key = (path) => idempotencyKey(uid, path);
      return null;
    } catch (error) {
      if (error instanceof OrketError && error.reason === 'RuntimeUnsupported')
        return { field: 'body.semantics', expected: 'semantics that this version carries', found: `${semantics}` };
      throw error;
    }
  }

  /** The same call has the same key in every attempt. */
  #keyFlaw({ path, body }: JournalRecord<'call.intent'>): FalseClaim | null {
    const key = this.#key?.(path);
    return key === undefined || key === body.key ? null : { field: 'body.key', expected: key, found: body.key };
  }

  #usageFlaw({ inputTokens, outputTokens }: Usage): FalseClaim | null {
    const used = this.#used;
    if (inputTokens !== used.inputTokens) return wrong('body.usage.inputTokens', used.inputTokens, inputTokens);
    return outputTokens === used.outputTokens
      ? null
      : wrong('body.usage.outputTokens', used.outputTokens, outputTokens);
  }

  #add(record: JournalRecord): void {
    for (const [digest, content] of contentsOf(record)) {
      if (!this.#held.has(digest) && 'blob' in content) this.#unread.push(content.blob);
      this.#held.add(digest);
    }
    if (record.type !== 'model.response' || record.body.usage === null) return;
    const { inputTokens, outputTokens } = record.body.usage;
    this.#used = {
      inputTokens: this.#used.inputTokens + inputTokens,
      outputTokens: this.#used.outputTokens + outputTokens,
    };
  }
}

function attemptFlaw(path: string, stated: number): FalseClaim | null {
  const { attempt } = splitAttempt(path);
  return stated === attempt ? null : wrong('body.attempt', `${attempt}, as in its path`, stated);
}

function wrong(field: string, expected: string | number, found: number): FalseClaim {
  return { field, expected: `${expected}`, found: `${found}` };
}
