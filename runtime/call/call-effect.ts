import { OrketError } from '#crds';
import type { AttemptBody, Draft, Recovery } from '../journal/record.ts';
import type { Admitted } from './admit.ts';
import { oneCall } from './amounts.ts';
import { denial } from './denial.ts';
import type { Asked } from './history.ts';
import { judgeCall, type Judged } from './judge-call.ts';
import { changesOf, performOnce, type LeftBehind } from './perform.ts';
import { splitAttempt } from './path.ts';
import type { Reservation, Settling } from './reservation.ts';
import { reserve, reservedBefore } from './reserve.ts';
import { mayWrite } from './risk.ts';
import type { Callable, CallSite, MakeCall } from './run.ts';
import type { Effect } from './trail.ts';
import { settle } from './settle.ts';
import { resolveUnknown } from './unknown.ts';
import { withdrawnBetween } from './withdrawn.ts';

/** A call as an effect: intent, the work itself, and its raw outcome, each in the journal before the next. */
export class CallEffect implements Effect {
  readonly base: string;
  readonly digest: string;
  readonly recovery: Recovery;
  readonly syncIntent: boolean;
  readonly after: Effect['after'];
  readonly mostUnanswered: number;
  readonly #callable: Callable;
  readonly #asked: Admitted;
  readonly #site: CallSite;
  readonly #call: MakeCall;
  /** What it is called with: what was asked for, or what people made of it. */
  #input: Admitted;
  #judged: Judged | null = null;
  readonly #left: LeftBehind = [];
  /** How often it was performed by this process. */
  #entered = 0;
  /** Why what it needs could not be got ready: what the attempt that follows fails with. */
  #notReady: { readonly error: unknown } | null = null;

  constructor(callable: Callable, given: Admitted, site: CallSite, after: Effect['after'], call: MakeCall) {
    this.base = site.path;
    this.digest = given.digest;
    this.recovery = callable.recovery;
    this.syncIntent = mayWrite(callable.risk);
    this.after = after;
    this.mostUnanswered = site.run.semantics.defaults.keyedAttempts;
    this.#callable = callable;
    this.#asked = given;
    this.#site = site;
    this.#call = call;
    this.#input = given;
  }

  /** Policies and people judge each attempt as they are then; the verdict and a denial stand at that attempt. */
  async prepare(path: string): Promise<void> {
    await this.#site.begin?.(path);
    await this.#judge(path);
    // That takes a while, in which a file that was approved may have changed, or an approval have run out.
    if (await this.#getReady(path)) await this.#judge(path);
  }

  async #judge(path: string): Promise<void> {
    this.#judged = await this.#orDenied(path, judgeCall(this.#callable, this.#asked, this.#site, path));
    this.#input = this.#judged.input;
  }

  holds(): boolean {
    return this.#judged?.holds() ?? true;
  }

  /** Gets ready what it needs before there is an intent, which says until when it may begin. Whether that took anything. */
  async #getReady(path: string): Promise<boolean> {
    const { run, signal } = this.#site;
    const { ready } = this.#callable;
    this.#notReady = null;
    if (ready === undefined || !run.trail.live) return false;
    try {
      return await run.presence.working(path, () => settle(ready(), run, signal));
    } catch (error) {
      this.#notReady = { error };
      return false;
    }
  }

  reserve(path: string): Promise<Reservation> {
    const { run, budget } = this.#site;
    return this.#orDenied(path, reserve(oneCall, budget, path, run));
  }

  async #orDenied<T>(path: string, deciding: Promise<T>): Promise<T> {
    try {
      return await deciding;
    } catch (error) {
      throw await denial(error, this.#callable.name, this.#asked, this.#site.run, path);
    }
  }

  async ask(path: string, limits: AttemptBody): Promise<Draft<'call.intent'>> {
    const { kind, name, risk, recovery } = this.#callable;
    const { trail, semantics, uid } = this.#site.run;
    const input = await trail.record(this.#input.value);
    const key = semantics.idempotencyKey(uid, path);
    const inputDigest = this.#input.digest;
    return { type: 'call.intent', path, body: { ...limits, kind, name, risk, recovery, input, inputDigest, key } };
  }

  reserved({ body }: Asked): Settling {
    return reservedBefore(body.reservation, this.#site.budget, this.#site.run);
  }

  async resume({ type, body }: Asked): Promise<void> {
    if (type !== 'call.intent') throw new OrketError('Internal', 'a call is no model turn');
    const { input, inputDigest } = body;
    if (inputDigest === this.#input.digest) return;
    this.#input = { value: await this.#site.run.trail.read(input, inputDigest), digest: inputDigest };
  }

  perform(path: string, begin: () => void): Promise<Draft<'call.outcome'> | null> {
    this.#entered += 1;
    const isLast = this.#triesWith(path) >= this.mostUnanswered;
    const once = { left: this.#left, isLast, begin };
    return performOnce(this.#performed(), this.#input.value, this.#site, path, this.#call, once);
  }

  /** Each attempt has a number of its own; what is entered again has none. */
  #triesWith(path: string): number {
    if (this.recovery === 'reenter') return this.#entered;
    const { base, attempt } = splitAttempt(path);
    return attempt - this.after.attempt - withdrawnBetween(base, this.after.attempt, attempt, this.#site.run);
  }

  #performed(): Callable {
    const failed = this.#notReady;
    this.#notReady = null;
    return failed === null ? this.#callable : { ...this.#callable, perform: () => Promise.reject(failed.error) };
  }

  async resolve(asked: Asked): Promise<Draft<'call.outcome'> | null> {
    const found = await resolveUnknown(this.#callable, this.#input, this.#site, asked.path, this.#call);
    if (found === null) return null;
    return { ...found, body: { ...found.body, changes: await changesOf(this.#left, this.#site.run) } };
  }
}
