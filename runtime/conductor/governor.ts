import { isJsonObject, OrketError, type Bundle, type BundleRole, type JsonObject } from '#crds';
import type { Mask } from '../secrets/mask.ts';
import { admit } from '../call/admit.ts';
import { seenUsage } from '../call/amounts.ts';
import { Parked } from '../call/parked.ts';
import { mayHaveHappened } from '../call/retry.ts';
import type { Trail } from '../call/trail.ts';
import type { Draft, JournalRecord } from '../journal/record.ts';
import type { Semantics } from '../semantics/semantics.ts';
import { aimed, isLasting, meansStep, type Adjusted, type Change } from './adjusted.ts';
import { disabling, inEffect, patchesOfRole, patchesOfStep, seenAt, type InEffect } from './adjustments.ts';
import type { Conductor, Orders, StepEnd, StepView } from './conductor.ts';
import { isFor, nextWish } from './due.ts';
import { Ends } from './ends.ts';
import { placeOf, recordPath, scopeOf, type Hook, type SeenTry } from './hook.ts';
import { judgeHeuristics } from './heuristics.ts';
import { isPassed } from './passed.ts';
import { readChange } from './read-change.ts';
import { Received } from './received.ts';
import { compileRules, judgeRules, looksAt, type Proposal, type Rule } from './rules.ts';
import { triesUpTo } from './tries.ts';
import { stepKey, usualOf } from './usual.ts';

export interface GovernorParts {
  readonly bundle: Bundle;
  readonly semantics: Semantics;
  readonly trail: Trail;
  readonly mask: Mask;
  /** Of `session.started`. */
  readonly observed: JsonObject | undefined;
  /** Has everything stop that is at work. */
  readonly pause: () => void;
}

type Origin = Adjusted['origin'];

/**
 * The Conductor of a Session, live and in a replay. What people want is taken from what arrived, or where it was applied
 * before, from there; rules and heuristics follow from records and are judged again.
 */
export class Governor implements Conductor {
  readonly #parts: GovernorParts;
  readonly #rules: readonly Rule[];
  readonly #received: Received;
  readonly #ends = new Ends();
  /** Every adjustment that this run has come to. */
  readonly #all: Adjusted[] = [];

  /** Throws `InvalidExpression` for a rule that is none. */
  constructor(parts: GovernorParts) {
    this.#parts = parts;
    this.#rules = compileRules(parts.bundle.conductor?.rules ?? []);
    this.#received = new Received(parts.trail);
  }

  async before(view: StepView): Promise<Orders> {
    const hook: Hook = { phase: 'before', view, ended: null };
    const here = await this.#govern(hook);
    const effects = this.#effectsAt(view.path);
    const skip = here.find(({ change }) => change.op === 'skip');
    if (skip !== undefined) return { kind: 'skip', reason: saidBy(skip) };
    const disabled = disabling(effects, ({ step }) => meansStep(step, view.step, view.path));
    if (disabled !== null) return { kind: 'skip', reason: saidBy(disabled) };
    const { patchedStep } = this.#parts.semantics;
    const patches = patchesOfStep(effects, view.step, view.path);
    return { kind: 'go', step: patches.reduce((step, { patch }) => patchedStep(step, patch ?? {}), view.step) };
  }

  async after(view: StepView, ended: StepEnd): Promise<{ readonly retry: boolean }> {
    const here = await this.#govern({ phase: 'after', view, ended });
    return { retry: here.some(({ change }) => change.op === 'retry') };
  }

  roleAt(role: BundleRole, path: string): BundleRole {
    const { patchedRole } = this.#parts.semantics;
    const patches = patchesOfRole(this.#effectsAt(path), role);
    return patches.reduce((patched, { patch }) => patchedRole(patched, patch ?? {}), role);
  }

  disabledAt(name: string, path: string): string | null {
    const found = disabling(this.#effectsAt(path), ({ role, tool }) => role === name || tool === name);
    return found === null ? null : saidBy(found);
  }

  /** What was applied here, in order. Throws `Aborted`, and `SessionParked` where it pauses. */
  async #govern(hook: Hook): Promise<readonly Adjusted[]> {
    const { trail } = this.#parts;
    const here: Adjusted[] = [];
    const take = async (record: JournalRecord<'conductor.adjusted'>, since: number): Promise<void> => {
      const adjusted = await this.#take(record, hook);
      if (adjusted.status === 'applied') here.push(adjusted);
      await this.#act(adjusted, record.path, since);
    };
    let number = 1;
    for (; ; number += 1) {
      const path = recordPath(hook, number);
      const recorded = trail.recall('conductor.adjusted', path);
      if (recorded === undefined) {
        const wish = nextWish(await this.#received.wishes(), this.#seenAt(placeOf(hook)), hook);
        if (wish === null || isPassed(trail, hook.phase, placeOf(hook))) break;
        await take(await this.#record(path, { ...wish, origin: 'person', status: 'applied' }), wish.seq);
      } else if (recorded.body.origin === 'person') await take(recorded, this.#arrival(recorded));
      else break;
    }
    for (const proposal of await this.#proposals(hook)) {
      const judged = this.#judged(proposal, hook);
      if (judged === null) continue;
      const path = recordPath(hook, number);
      number += 1;
      const record = await this.#record(path, judged);
      await take(record, record.seq);
    }
    return here;
  }

  async #proposals(hook: Hook): Promise<readonly Proposal[]> {
    const { bundle, semantics } = this.#parts;
    const rules = this.#rules.filter(({ phase }) => phase === hook.phase);
    const heuristics = bundle.conductor?.heuristics ?? {};
    const { view, ended } = hook;
    if (ended?.error !== undefined && ended.error !== null && isGivenUp(ended.error.reason)) return [];
    if (rules.length === 0 && (ended === null || Object.keys(heuristics).length === 0)) return [];
    const seen = ended === null ? null : this.#seenBy(ended.path, view.path);
    const said = judgeRules(rules, scopeOf(hook, await this.#usage(rules, hook), seen), semantics.fuel);
    const answered = said.some(({ change }) => change.op !== 'suggest');
    return seen === null ? said : [...said, ...judgeHeuristics(heuristics, seen.signals, answered)];
  }

  #seenBy(ended: string, iteration: string): SeenTry {
    const { semantics, trail, observed } = this.#parts;
    const { records } = trail;
    const seen = semantics.signalsOf(records, ended, usualOf(observed, iteration), this.#ends.lastAt(records, ended));
    return { ...seen, tries: triesUpTo(ended, trail) };
  }

  /** What was used of the limits above a step depends on what else is at work: what rules saw is recorded. */
  async #usage(rules: readonly Rule[], hook: Hook): Promise<JsonObject | null> {
    if (!looksAt(rules, 'usage')) return null;
    const { trail, mask } = this.#parts;
    const path = recordPath(hook, 0);
    const make = async (): Promise<Draft<'value.recorded'>> => {
      const { value, digest } = admit(seenUsage(hook.view.usage), mask);
      const body = { name: 'usage', value: await trail.record(value), valueDigest: digest };
      return { type: 'value.recorded', path, body };
    };
    const { body } = await trail.input({ type: 'value.recorded', path, make });
    const value = await trail.read(body.value, body.valueDigest);
    return isJsonObject(value) ? value : null;
  }

  /** Whether what was proposed is applied, suggested, or nothing new; null for that. */
  #judged({ origin, by, change: wanted, reason }: Proposal, hook: Hook): Made | null {
    const { bundle, semantics, mask } = this.#parts;
    const change = aimed(wanted, hook.view.step);
    if (!isFor(change, hook)) return null;
    const isAuto = bundle.conductor?.mode === 'auto' && change.op !== 'suggest' && !this.#isForPeople(change, hook);
    const { digest } = admit(change, mask);
    const before = this.#seenAt(placeOf(hook)).filter(
      (one) => one.origin === origin && one.by === by && one.digest === digest,
    );
    // What lasts is said once; what is about this step alone, once for the step where it is only suggested.
    if (isLasting(change) && before.length > 0) return null;
    if (!isAuto && before.some(({ place }) => stepKey(place) === stepKey(hook.view.path))) return null;
    const retries = this.#all.filter(
      ({ change: { op }, origin: of, status, place }) =>
        op === 'retry' && of !== 'person' && status === 'applied' && place.startsWith(`${hook.view.path}~`),
    );
    if (isAuto && change.op === 'retry' && retries.length >= semantics.defaults.retriesByRules) return null;
    return { origin, by, change, reason, status: isAuto ? 'applied' : 'suggested' };
  }

  /** What may have had an effect that cannot be repeated is tried again by people alone. */
  #isForPeople({ op }: Change, { ended }: Hook): boolean {
    return op === 'retry' && ended !== null && mayHaveHappened(this.#parts.trail.records, ended.path);
  }

  async #record(path: string, made: Made): Promise<JournalRecord<'conductor.adjusted'>> {
    const { trail, mask, semantics } = this.#parts;
    const { origin, by, reason, status, change } = made;
    const make = async (): Promise<Draft<'conductor.adjusted'>> => {
      const { value, digest: valueDigest } = admit(change, mask);
      const held = await trail.record(value);
      const said = mask.text(reason);
      // What lasts is one adjustment wherever it is applied, so that one revert takes it back everywhere.
      const id = made.id ?? semantics.adjustmentId(by, isLasting(change) ? valueDigest : path);
      const body = { id, op: change.op, status, value: held, valueDigest, origin, by, reason: said };
      return { type: 'conductor.adjusted', path, body };
    };
    return trail.once({ type: 'conductor.adjusted', path, make });
  }

  async #take({ seq, path, body }: JournalRecord<'conductor.adjusted'>, hook: Hook): Promise<Adjusted> {
    const { id, status, origin, by, reason, op, value, valueDigest: digest } = body;
    const change = readChange(await this.#parts.trail.read(value, digest), op, path);
    const adjusted = { id, status, origin, by, reason, seq, place: placeOf(hook), change, digest };
    this.#all.push(adjusted);
    return adjusted;
  }

  /** What is to happen now. `since` is the seq after which somebody may have had the Session go on. */
  async #act(adjusted: Adjusted, path: string, since: number): Promise<void> {
    if (adjusted.status === 'suggested') return;
    const { op } = adjusted.change;
    if (op === 'abort') throw new OrketError('Aborted', `the Session was aborted by ${saidBy(adjusted)}`);
    if (op !== 'pause') return;
    const { trail, mask } = this.#parts;
    const isOver = trail.recall('value.recorded', path) !== undefined;
    if (trail.live && !isOver && !(await this.#received.isWokenAfter(since))) {
      this.#parts.pause();
      throw new Parked('paused');
    }
    const make = async (): Promise<Draft<'value.recorded'>> => {
      const { value, digest } = admit(true, mask);
      return {
        type: 'value.recorded',
        path,
        body: { name: 'resumed', value: await trail.record(value), valueDigest: digest },
      };
    };
    await trail.input({ type: 'value.recorded', path, make });
  }

  /** When what a person asked for arrived; in a replay nothing waits for that. */
  #arrival({ body }: JournalRecord<'conductor.adjusted'>): number {
    const found = this.#parts.trail.records.find((one) => one.type === 'input.received' && one.body.id === body.id);
    return found?.seq ?? 0;
  }

  #effectsAt(path: string): readonly InEffect[] {
    return inEffect(this.#seenAt(path));
  }

  #seenAt(path: string): readonly Adjusted[] {
    const { trail } = this.#parts;
    return seenAt(this.#all, path, (branch) => trail.recall('step.ended', branch)?.body.status === 'cancelled');
  }
}

interface Made {
  /** Absent for what gets its id from where it is. */
  readonly id?: string;
  readonly origin: Origin;
  readonly by: string;
  readonly reason: string;
  readonly status: Adjusted['status'];
  readonly change: Change;
}

/** Nothing that a rule could mend. */
function isGivenUp(reason: string): boolean {
  return reason === 'Aborted' || reason === 'Cancelled';
}

function saidBy({ by, origin, reason }: Adjusted): string {
  return `${origin} ${by}${reason === '' ? '' : `: ${reason}`}`;
}
