import {
  canonicalCopy,
  canonicalJson,
  compileExpression,
  compileTemplate,
  evaluateCondition,
  defaultFuel,
  Fuel,
  mapTemplates,
  OrketError,
  renderTemplate,
  renderText,
  type BundleReply,
  type Expression,
  type JsonObject,
  type JsonValue,
  type Template,
} from '#crds';
import type { Usage } from '../journal/record.ts';
import { startDeadlines } from './deadlines.ts';
import type { GenerateOptions, ModelProvider, ModelRequest, ModelResponse, ToolCall } from './provider.ts';
import { serverError } from './server-error.ts';
import type { Timeouts } from './timeouts.ts';

export interface ScriptedOptions {
  readonly replies: readonly BundleReply[];
  readonly timeouts: Timeouts;
  /** Resolves after that long, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

interface Reply {
  readonly source: BundleReply;
  readonly at: string;
  readonly when: Expression | null;
  readonly text: Template;
}

const backend = 'scripted';
/** Code points of one piece of a streamed text. */
const pieceLength = 24;

/**
 * Answers from a list, for tests and demos: the first reply whose `when` holds. Replies are computed by CEL from what the
 * tools really returned, so a demo can say true things. The same request always gets the same answer.
 */
export class ScriptedProvider implements ModelProvider {
  readonly #replies: readonly Reply[];
  readonly #options: ScriptedOptions;

  /** Throws `InvalidExpression` for a reply that does not compile. */
  constructor(options: ScriptedOptions) {
    this.#options = options;
    this.#replies = options.replies.map((source, index) => {
      const { when } = source;
      return {
        source,
        at: `replies[${index}]`,
        when: when === undefined ? null : inReply(`replies[${index}].when`, () => compileExpression(when)),
        text: inReply(`replies[${index}].text`, () => compileTemplate(source.text ?? '')),
      };
    });
  }

  async generate(request: ModelRequest, options: GenerateOptions): Promise<ModelResponse> {
    const deadlines = startDeadlines(this.#options.timeouts, options.signal, 'the scripted Venue');
    try {
      deadlines.signal.throwIfAborted();
      const scope = scopeOf(request, options);
      const reply = this.#choose(scope, options);
      const delay = reply.source.delaySeconds ?? 0;
      if (delay > 0) await this.#options.sleep(delay * 1000, deadlines.signal);
      deadlines.signal.throwIfAborted();
      return answer(reply, scope, request, options);
    } catch (error) {
      throw deadlines.signal.aborted ? deadlines.signal.reason : error;
    } finally {
      deadlines.end();
    }
  }

  async close(): Promise<void> {}

  #choose(scope: JsonObject, { context }: GenerateOptions): Reply {
    const reply = this.#replies.find(({ when, at }) => {
      return when === null || inReply(`${at}.when`, () => evaluateCondition(when, scope, new Fuel(defaultFuel)));
    });
    if (reply !== undefined) return reply;
    throw new OrketError('ModelRefused', 'no scripted reply answers this turn', {
      at: 'replies of the Venue',
      expected: 'a reply whose "when" holds',
      found: `role "${context.role}", turn ${context.turn}, ${context.results.length} results`,
      remedy: 'Add a reply for it, or one without "when" at the end.',
    });
  }
}

/** What `when`, texts and arguments may read: everything of one turn, under `request`. */
function scopeOf(request: ModelRequest, { context }: GenerateOptions): JsonObject {
  const { role, task, input, turn } = context;
  return {
    request: {
      role,
      model: request.model,
      task,
      input,
      turn,
      tools: request.tools.map(({ name }) => name),
      results: context.results.map(({ name, output, error }) => ({ name, output, error })),
      messages: request.messages.map((message) => ({ role: message.role, content: message.content })),
    },
  };
}

function answer(reply: Reply, scope: JsonObject, request: ModelRequest, options: GenerateOptions): ModelResponse {
  const { error } = reply.source;
  if (error !== undefined) throw serverError('the scripted Venue', error.status, error.message ?? '', null);
  const text = inReply(`${reply.at}.text`, () => renderText(reply.text, scope, new Fuel(defaultFuel)));
  const toolCalls = (reply.source.toolCalls ?? []).map((call, index) => {
    const parsed = inReply(`${reply.at}.toolCalls[${index}]`, () => renderArguments(call.arguments ?? {}, scope));
    return { name: call.name, arguments: { parsed } };
  });
  for (const piece of pieces(text)) options.onDelta(piece);
  const finish = toolCalls.length > 0 ? 'toolCalls' : 'stop';
  return { text, toolCalls, finish, usage: usageOf(reply.source, request, text, toolCalls), backend };
}

/** Says in which part of which reply an expression went wrong. */
function inReply<T>(at: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    const place = error.detail.at === undefined ? at : `${at} ${error.detail.at}`;
    throw new OrketError(error.reason, error.summary, { ...error.detail, at: place }, error.cause);
  }
}

/** One meter for all strings of a call, so that many small expressions are bounded like one large. */
function renderArguments(source: JsonObject, scope: JsonObject): JsonValue {
  const fuel = new Fuel(defaultFuel);
  return mapTemplates(source, (text) => renderTemplate(compileTemplate(text), scope, fuel));
}

/** What the reply claims; for what it does not, a quarter of the code points, rounded up: a plain stand-in for tokens. */
function usageOf({ usage }: BundleReply, request: ModelRequest, text: string, calls: readonly ToolCall[]): Usage {
  const { messages, tools } = request;
  const asked = canonicalCopy({ messages, tools }).text;
  const answered = calls.map((call) => canonicalJson('parsed' in call.arguments ? call.arguments.parsed : ''));
  return {
    inputTokens: usage?.inputTokens ?? tokens(asked),
    outputTokens: usage?.outputTokens ?? tokens(text + answered.join('')),
  };
}

function tokens(text: string): number {
  return Math.ceil(Array.from(text).length / 4);
}

function* pieces(text: string): Generator<string> {
  const points = Array.from(text);
  for (let at = 0; at < points.length; at += pieceLength) yield points.slice(at, at + pieceLength).join('');
}
