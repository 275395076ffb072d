import { isJsonObject, OrketError, type JsonObject, type JsonValue, type Reason } from '#crds';
import { endsAttempt } from '../../call/failure.ts';
import { mayWrite } from '../../call/risk.ts';
import type { CallContext } from '../../call/run.ts';
import { contextMethods } from './context-methods.ts';
import type { HostedTool } from './definitions.ts';
import { Refused } from './peer.ts';
import { bounds, type ContextMethod } from './protocol.ts';
import { Said } from './said.ts';

/** One call that a host has, as far as the runtime answers for it. */
export class LiveCall {
  readonly said = new Said();
  readonly #tool: HostedTool;
  readonly #context: CallContext;
  /** Reasons that this call was given: only for those may it fail in turn. */
  readonly #given = new Map<string, Reason>();
  readonly #ending = Promise.withResolvers<never>();
  #calls = 0;
  #notes = 0;

  constructor(tool: HostedTool, context: CallContext) {
    this.#tool = tool;
    this.#context = context;
    this.#ending.promise.catch(() => {});
  }

  /** Rejects when something below it ended the attempt of the Session: that is nothing to tell a tool. */
  get attemptEnded(): Promise<never> {
    return this.#ending.promise;
  }

  /** Answers a `ctx/...` request. Rejects with what the tool is told. */
  async request(method: string, params: JsonObject): Promise<JsonValue> {
    const answer = contextMethods.get(method);
    if (answer === undefined) throw new OrketError('ToolHostFailed', `a context has no ${method}`);
    try {
      if (method === 'ctx/call') this.#checkCall(params);
      if (writing.has(method)) this.#checkWrite();
      return await answer(this.#context, params);
    } catch (error) {
      if (endsAttempt(error)) {
        this.#ending.reject(error);
        throw new OrketError('AttemptStopped', 'this attempt is ending');
      }
      if (error instanceof OrketError) this.#given.set(error.reason, error.reason);
      throw error;
    }
  }

  note(method: string, params: JsonObject): void {
    this.#notes += 1;
    if (this.#notes > bounds.notesPerCall) return;
    const { text, fraction } = params;
    const said = typeof text === 'string' ? text.slice(0, bounds.noteText).toWellFormed() : '';
    if (method === 'ctx/log') this.#context.log(said);
    const isFraction = typeof fraction === 'number' && fraction >= 0 && fraction <= 1;
    if (method === 'ctx/progress') this.#context.progress(isFraction ? fraction : null, said);
  }

  /** Why the call failed: for a reason that it was given and let pass, else for one of its own. */
  failure(error: unknown): unknown {
    if (!(error instanceof Refused)) return error;
    return new OrketError(this.#given.get(error.reason) ?? 'ToolFailed', error.message);
  }

  #checkCall({ k }: JsonObject): void {
    this.#calls += 1;
    if (k !== this.#calls) {
      throw new OrketError('ToolHostFailed', 'a host numbers its calls as they are made', {
        expected: String(this.#calls),
        found: typeof k === 'number' ? String(k) : typeof k,
      });
    }
    if (this.#tool.reentrant === true) return;
    throw new OrketError('NotReentrant', `the tool ${this.#tool.name} may not call others`, {
      expected: 'reentrant: true in its Toolset',
      remedy: 'Declare it reentrant if it has no effect of its own but through its context.',
    });
  }

  /** Calls that only read run side by side, and are made again after a crash: one that writes is none of them. */
  #checkWrite(): void {
    const { name, risk = 'destructive' } = this.#tool;
    if (mayWrite(risk)) return;
    throw new OrketError('CallDenied', `the tool ${name} may not write`, {
      expected: 'risk: write, or more, in its Toolset',
      found: `risk: ${risk}`,
      remedy: 'Declare what it does.',
    });
  }
}

/** What changes something that is there after the call. */
const writing: ReadonlySet<string> = new Set<ContextMethod>(['ctx/files.write', 'ctx/state.put']);

/** The number of the call that a message of a host belongs to. */
export function callOf(params: JsonObject): number {
  const { call } = params;
  return isJsonObject(params) && typeof call === 'number' ? call : 0;
}
