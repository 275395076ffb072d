import { OrketError, parseInstant, type Digest, type JsonValue } from '#crds';
import { admit } from '../call/admit.ts';
import type { Desk } from '../call/desk.ts';
import { gateRefusal, type GateStanding } from '../call/gate-refusal.ts';
import { conclude, type Conclusion, type Gate, type Heard } from '../call/gate-verdict.ts';
import type { Run } from '../call/run.ts';
import type { JournalRecord, Recorded } from '../journal/record.ts';
import type { Adjust, Control, Decision, Entry, Inbox, Message } from './inbox.ts';
import type { EditRefusal } from './edit-refusal.ts';
import { recalledMessage } from './recalled.ts';
import { refusalText, type Refusal } from './refusal.ts';

export interface DeskDeps {
  /** Null where nothing can arrive. */
  readonly inbox: Inbox | null;
  readonly trail: Pick<Run['trail'], 'records' | 'append' | 'read'>;
  /** How a record holds what arrived: whole, so that who reads records alone can tell what was said. */
  readonly recordWhole: (value: JsonValue) => Promise<Recorded>;
  readonly mask: Run['mask'];
  readonly clock: Run['clock'];
  readonly sleep: Run['sleep'];
  /** Of a gate: what a decision has to name. */
  readonly gateDigest: (seq: number, callDigest: Digest) => Digest;
  /** Who had the Session run, null where nobody knows. */
  readonly requester: string | null;
  /** Why an adjustment could change nothing, null where it may. */
  readonly unfit: (adjust: Adjust) => Refusal | null;
  /** Why a call cannot be made with the input that people would give it. */
  readonly unfitInput: EditRefusal;
  /** Called for each control that was received, in order; a cancellation once more by an attempt that finds it on record. */
  readonly onControl: (message: Control) => void;
  /** Called for each adjustment that was received: some act at once. */
  readonly onAdjustment: (message: Extract<Message, { kind: 'adjustment' }>) => void;
  /** Called when what arrived cannot be recorded: then the attempt ends. */
  readonly failed: (error: unknown) => void;
}

/** The desk of a running Session: takes what comes through the inbox, records it, and lets it take effect. */
export class LiveDesk implements Desk {
  readonly #deps: DeskDeps;
  readonly #received = new Set<string>();
  readonly #heard = new Map<string, Heard[]>();
  #control: Control['control'] | null = null;
  #news = Promise.withResolvers<void>();
  #work: Promise<void> = Promise.resolve();
  #watch: { close(): void } | null = null;
  #willLook = false;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  /** Whether the last that people said of it is that it pauses. */
  get paused(): boolean {
    return this.#control === 'pause';
  }

  /** Takes up what was received before and what has arrived since, and from now on what arrives. */
  async open(): Promise<void> {
    for (const record of this.#deps.trail.records) if (record.type === 'input.received') await this.#recall(record);
    // Watching begins before the first look, so that nothing arrives unseen in between.
    this.#watch = this.#deps.inbox?.watch(() => this.#look()) ?? null;
    this.#look();
    await this.#work;
  }

  /** Nothing is taken any more; what is being recorded is waited for. */
  async close(): Promise<void> {
    this.#watch?.close();
    this.#watch = null;
    await this.#work;
  }

  async decide(gate: Gate, signal: AbortSignal): Promise<Conclusion> {
    const { clock, requester, sleep } = this.#deps;
    const { expiresAt } = gate.body;
    for (;;) {
      if (signal.aborted) throw signal.reason;
      const news = this.#news.promise;
      const found = conclude(gate, this.#heard.get(`g${gate.seq}`) ?? [], requester, clock());
      if (found !== null) return found;
      const woken = new AbortController();
      const either = AbortSignal.any([signal, woken.signal]);
      const ms = expiresAt === null ? Number.POSITIVE_INFINITY : parseInstant(expiresAt) - clock();
      void news.then(() => woken.abort());
      if (Number.isFinite(ms)) await sleep(Math.min(ms, longestTimerMs), either);
      else await fired(either);
    }
  }

  /** Taking a message out is told of as well, so what arrives before the next look begins is left to that one. */
  #look(): void {
    if (this.#willLook) return;
    this.#willLook = true;
    this.#work = this.#work
      .then(() => {
        this.#willLook = false;
        return this.#takeAll();
      })
      .catch((error: unknown) => {
        this.#watch?.close();
        this.#deps.failed(error);
      });
  }

  async #takeAll(): Promise<void> {
    for (const entry of (await this.#deps.inbox?.read()) ?? []) {
      if (!this.#received.has(entry.id)) await this.#take(entry);
      await this.#deps.inbox?.remove(entry.id);
    }
  }

  /** Records an entry first; then it takes effect. */
  async #take(entry: Entry): Promise<void> {
    const { trail, mask, recordWhole } = this.#deps;
    const { id } = entry;
    const { value, digest } = admit(entry.content, mask);
    const from = entry.message === null ? entry.from : entry.message.from;
    // Only the masked copy counts: what follows from it, and what is said about it, is recorded too.
    const message = entry.message === null ? null : recalledMessage(value, id, from);
    const unread = entry.message === null ? mask.text(entry.refused) : 'it holds a secret where none can be';
    const body = {
      id,
      kind: message?.kind ?? kindOf(value),
      content: await recordWhole(value),
      contentDigest: digest,
      from,
      refused: message === null ? unread : await this.#refusal(message),
    };
    await trail.append({ type: 'input.received', path: '', body }, { sync: true });
    this.#received.add(id);
    if (message !== null && body.refused === null) this.#act(message, true);
  }

  async #recall({ body }: JournalRecord<'input.received'>): Promise<void> {
    this.#received.add(body.id);
    if (body.refused !== null) return;
    const content = await this.#deps.trail.read(body.content, body.contentDigest);
    const message = recalledMessage(content, body.id, body.from);
    if (message === null) throw new OrketError('JournalCorrupt', 'a received message is none', { at: body.id });
    this.#act(message, false);
  }

  #act(message: Message, isNew: boolean): void {
    switch (message.kind) {
      case 'decision': {
        const heard = this.#heard.get(message.gate) ?? [];
        this.#heard.set(message.gate, [...heard, { decision: message, from: message.from }]);
        break;
      }
      case 'control':
        // What was cancelled is not paused any more.
        if (this.#control !== 'cancel') this.#control = message.control;
        // The attempt that received it may have gone before it ended the Session.
        if (isNew || message.control === 'cancel') this.#deps.onControl(message);
        break;
      case 'adjustment':
        if (isNew) this.#deps.onAdjustment(message);
    }
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  async #refusal(message: Message): Promise<string | null> {
    if (message.kind === 'control') return null;
    const { unfit } = this.#deps;
    const refusal = message.kind === 'adjustment' ? unfit(message.adjust) : await this.#refusedDecision(message);
    return refusal === null ? null : refusalText(refusal);
  }

  async #refusedDecision(decision: Decision): Promise<Refusal | null> {
    const { requester, clock, unfitInput } = this.#deps;
    const opened = this.#gate(decision)?.opened;
    const unfit =
      opened === undefined || decision.input === undefined ? null : await unfitInput(opened, decision.input);
    // Last, and at once: meanwhile the gate may have been decided, or have expired.
    return gateRefusal(decision, decision.from, this.#gate(decision), { requester, now: clock() }) ?? unfit;
  }

  #gate({ gate }: Decision): GateStanding | undefined {
    const { records } = this.#deps.trail;
    const opened = records.find((record) => record.type === 'gate.opened' && `g${record.seq}` === gate);
    if (opened?.type !== 'gate.opened') return undefined;
    const decided = records.find((record) => record.type === 'gate.decided' && record.body.gate === opened.seq);
    return {
      opened,
      decided: decided?.type === 'gate.decided' ? decided.body.verdict : null,
      digest: this.#deps.gateDigest(opened.seq, opened.body.callDigest),
      heard: this.#heard.get(gate) ?? [],
    };
  }
}

/** Timers take no more. */
const longestTimerMs = 2 ** 31 - 1;

function kindOf(value: JsonValue): Message['kind'] {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value['kind'] : undefined;
  return kind === 'adjustment' || kind === 'control' ? kind : 'decision';
}

async function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
