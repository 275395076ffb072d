import { digestOf, type BundleRole } from '#crds';
import { admit } from '../call/admit.ts';
import { attempt } from '../call/attempt.ts';
import type { AgentContext, Run } from '../call/run.ts';
import { errorOf, failureOf } from '../call/failure.ts';
import { expectOf } from '../call/history.ts';
import { attemptPath, childPath, splitAttempt } from '../call/path.ts';
import { reserve, reservedBefore } from '../call/reserve.ts';
import { settle } from '../call/settle.ts';
import { firstAttempt, type Effect } from '../call/trail.ts';
import type { Draft } from '../journal/record.ts';
import { isTaken } from '../journal/fork-facts.ts';
import { factsOf, isFree } from '../models/model-error.ts';
import type { ModelRequest, TurnContext } from '../models/provider.ts';
import type { RecordedAnswer } from '../semantics/semantics.ts';
import type { Conversation } from './conversation.ts';
import { boundOf, checkBounds, costOf } from './cost.ts';
import { servedBy } from './served.ts';
import { raisedPause, turnRetryOf } from './turn-retry.ts';

/** A model's turn, as the journal holds it. */
export interface Turn {
  /** With its attempt: `review#1~1/t2~1`. */
  readonly path: string;
  readonly answer: RecordedAnswer;
}

export interface TurnRequest {
  readonly role: BundleRole;
  readonly request: ModelRequest;
  readonly about: TurnContext;
}

/** `avoid` are back ends that failed earlier attempts at the same turn. */
type Turning = TurnRequest & { readonly avoid: readonly string[] };

/**
 * Takes one turn: the request and the answer are recorded, and an answer recorded before is taken from there. A server
 * that says that nothing happened is asked again, a few times, or another one where the Venue has several. Throws the last error as an OrketError.
 */
export async function takeTurn(wanted: TurnRequest, conversation: Conversation, context: AgentContext): Promise<Turn> {
  const { run, signal } = context;
  const retry = turnRetryOf(run.bundle.venue, run.semantics);
  const base = childPath(context.path, `t${wanted.about.turn}`);
  const failed: string[] = [];
  let after: Effect['after'] = firstAttempt;
  checkBounds(wanted, context);
  for (let tries = 1; ; tries += 1) {
    const response = expectOf(
      await attempt(turnEffect({ ...wanted, avoid: failed }, conversation, base, after, context), { run, signal }),
      'model.response',
    );
    const { response: recorded, responseDigest, error, backend, retryAfterMs = null } = response.body;
    if (error === null && responseDigest !== null) {
      conversation.lastTurn = response.path;
      return {
        path: response.path,
        answer: run.semantics.readResponse(await run.trail.read(recorded, responseDigest)),
      };
    }
    const failure = errorOf(error ?? { reason: 'JournalCorrupt', message: 'a response has neither answer nor error' });
    if (!failure.retryable || tries >= retry.maxAttempts) throw failure;
    failed.push(backend);
    const ownMs = run.semantics.retryPauseMs(retry, tries, { seed: run.seed, path: response.path });
    after = {
      attempt: splitAttempt(response.path).attempt,
      pauseMs: raisedPause(ownMs, retryAfterMs, retry),
    };
  }
}

function turnEffect(
  wanted: Turning,
  conversation: Conversation,
  base: string,
  after: Effect['after'],
  context: AgentContext,
): Effect {
  const { run, signal } = context;
  const { role, request } = wanted;
  const digests = run.semantics.requestDigests(request, conversation.digests);
  conversation.digests = digests.messages;
  return {
    base,
    digest: digests.request,
    recovery: 'safe',
    syncIntent: false,
    after,
    mostUnanswered: Number.POSITIVE_INFINITY,
    prepare: async () => {},
    reserve: (path) => reserve(boundOf(wanted, context), context.budget, path, run),
    reserved: ({ body }) => reservedBefore(body.reservation, context.budget, run),
    resume: async () => {},
    resolve: async () => null,
    ask: async (path, limits) => {
      const prefix = prefixOf(run, path, digests.request, conversation);
      const fresh = conversation.messagesFrom(prefix?.count ?? 0);
      const messages = await Promise.all(
        fresh.map(async ({ message, repeats }) => {
          const digest = digestOf(message);
          return { digest, message: repeats || run.trail.holds(digest) ? null : await run.trail.record(message) };
        }),
      );
      const body = {
        ...limits,
        role: role.name,
        model: request.model,
        requestDigest: digests.request,
        prefix,
        messages,
        // A conversation is one role's, and what that may call does not change while it works.
        tools: prefix === null ? digests.tools : null,
        params: { ...request.params },
        outputSchemaDigest: digests.outputSchema,
      };
      return { type: 'model.request', path, body };
    },
    perform: (path) => generate(wanted, path, run, signal),
  };
}

/** What an earlier request of this conversation holds already: the same turn's where it was tried before, else the last turn's. */
function prefixOf(
  run: Run,
  path: string,
  digest: string,
  { lastTurn, messages }: Conversation,
): { readonly seq: number; readonly count: number } | null {
  const { base, attempt: number } = splitAttempt(path);
  const same = run.trail.recall('model.request', attemptPath(base, number - 1));
  if (same !== undefined && !isTaken(same) && same.body.requestDigest === digest)
    return { seq: same.seq, count: messages.length };
  const last = lastTurn === null ? undefined : run.trail.recall('model.request', lastTurn);
  // What a fork took over has no place of its own in this journal.
  if (last === undefined || isTaken(last)) return null;
  return { seq: last.seq, count: (last.body.prefix?.count ?? 0) + last.body.messages.length };
}

async function generate(
  { request, about, avoid }: Turning,
  path: string,
  run: Run,
  signal: AbortSignal,
): Promise<Draft<'model.response'>> {
  const shown = run.mask.stream();
  const show = (text: string): void => {
    if (text !== '') run.onDelta(path, text);
  };
  try {
    const onDelta = (text: string): void => show(shown.push(text));
    const draw = run.semantics.random(run.seed, path, 1);
    const answer = await settle(
      run.provider.generate(request, { signal, onDelta, context: about, draw, avoid }),
      run,
      signal,
    );
    show(shown.end());
    const { value, digest } = admit(run.semantics.responseJson(answer), run.mask);
    const response = await run.trail.record(value);
    const served = servedBy(
      { backend: answer.backend, tried: answer.tried ?? [], retryAfterMs: null, free: false },
      run.mask,
    );
    const { usage } = answer;
    const cost = costOf(request, usage, answer.backend, run);
    return {
      type: 'model.response',
      path,
      body: { responseDigest: digest, response, error: null, usage, ...cost, ...served },
    };
  } catch (error) {
    const failure = failureOf(error, run.mask);
    return {
      type: 'model.response',
      path,
      body: {
        responseDigest: null,
        response: null,
        error: failure,
        usage: null,
        ...servedBy({ ...factsOf(error), free: isFree(error) }, run.mask),
      },
    };
  }
}
