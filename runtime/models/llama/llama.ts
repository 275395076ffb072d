import { basename } from 'node:path';
import { OrketError, type BundleBackend } from '#crds';
import type { Mask } from '../../secrets/mask.ts';
import { startDeadlines, type Deadlines } from '../deadlines.ts';
import { excerpt } from '../excerpt.ts';
import type { GenerateOptions, ModelProvider, ModelRequest, ModelResponse } from '../provider.ts';
import type { Timeouts } from '../timeouts.ts';
import { readLocalAnswer } from './answer.ts';
import { callOrAnswerSchema, toGrammarSchema } from './grammar.ts';
import { expectModelFile } from './model-file.ts';
import {
  loadNodeLlama,
  requireLlama,
  type Grammar,
  type HistoryItem,
  type Llama,
  type LlamaModel,
  type LlamaModule,
} from './module.ts';
import { toHistory } from './prompt.ts';

export interface LlamaOptions {
  readonly backend: BundleBackend;
  /** Absolute path of the GGUF file on this machine. */
  readonly file: string;
  readonly timeouts: Timeouts;
  /** For what is quoted of the library's words. */
  readonly mask: Mask;
  /** Loads `node-llama-cpp`. Default: from the packages installed beside Orket. */
  readonly loadModule?: (() => Promise<unknown>) | undefined;
  /** Default 1: its threads spin, and more than the machine has idle cores make it a hundred times slower. */
  readonly threads?: number;
}

interface Loaded {
  readonly module: LlamaModule;
  readonly llama: Llama;
  readonly model: LlamaModel;
}

/** Tokens of an answer where nobody says. */
const defaultMaxTokens = 1024;
/** Contexts are sized for the request, in steps of this many tokens. */
const contextStep = 256;
/** What the chat template adds around an answer. */
const contextMargin = 64;

/**
 * A GGUF model in this process. Loaded at the first call and kept; each answer has a context of its own, sized for it, so
 * that no answer depends on the one before. One answer at a time.
 */
export class LlamaProvider implements ModelProvider {
  readonly #options: LlamaOptions;
  #loading: Promise<Loaded> | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: LlamaOptions) {
    this.#options = options;
  }

  generate(request: ModelRequest, options: GenerateOptions): Promise<ModelResponse> {
    const deadlines = startDeadlines(this.#options.timeouts, options.signal, this.#at());
    const turn = this.#queue.then(() => this.#answer(request, options, deadlines));
    this.#queue = turn.catch(() => undefined);
    return abandoning(turn, deadlines.signal).finally(() => deadlines.end());
  }

  async close(): Promise<void> {
    await this.#queue;
    const loaded = await this.#loading?.catch(() => null);
    this.#loading = null;
    await loaded?.llama.dispose();
  }

  #at(): string {
    return `back end ${this.#options.backend.name}`;
  }

  async #answer(request: ModelRequest, options: GenerateOptions, deadlines: Deadlines): Promise<ModelResponse> {
    deadlines.signal.throwIfAborted();
    this.#loading ??= this.#load();
    const loaded = await this.#loading.catch((error: unknown) => {
      this.#loading = null;
      throw error;
    });
    deadlines.signal.throwIfAborted();
    return this.#generate(loaded, request, options, deadlines);
  }

  async #load(): Promise<Loaded> {
    const { backend, file, mask, threads = 1, loadModule = loadNodeLlama } = this.#options;
    const at = this.#at();
    await expectModelFile(file, backend.model, at);
    const module = await requireLlama(loadModule);
    try {
      const quiet = { build: 'never', skipDownload: true, progressLogs: false, logLevel: 'disabled' } as const;
      const llama = await module.getLlama({ gpu: false, ...quiet, maxThreads: threads });
      return { module, llama, model: await llama.loadModel({ modelPath: file }) };
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      const found = excerpt(said.replaceAll(file, basename(file)), mask);
      const detail = { at, expected: 'a GGUF model that llama.cpp can load', found };
      throw new OrketError('ProviderNotAvailable', 'the model cannot be loaded', detail);
    }
  }

  async #generate(
    { module, llama, model }: Loaded,
    request: ModelRequest,
    { onDelta }: GenerateOptions,
    deadlines: Deadlines,
  ): Promise<ModelResponse> {
    const { temperature = 0, seed, maxTokens = defaultMaxTokens } = request.params;
    const history = toHistory(request);
    const chatWrapper = module.resolveChatWrapper(model);
    const chatHistory: readonly HistoryItem[] = [...history, { type: 'model', response: [] }];
    const prompt = chatWrapper.generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer).length;
    const contextSize = this.#contextSize(prompt, maxTokens, model.trainContextSize);
    const grammar = await grammarOf(llama, request);
    const context = await model.createContext({ contextSize, threads: this.#options.threads ?? 1 });
    try {
      const contextSequence = context.getSequence();
      const chat = new module.LlamaChat({ contextSequence, chatWrapper });
      deadlines.awaitFirstPiece();
      let streamed = '';
      const { response, metadata } = await chat.generateResponse(chatHistory, {
        signal: deadlines.signal,
        maxTokens,
        temperature,
        ...(seed === undefined ? {} : { seed }),
        ...(grammar === null ? {} : { grammar }),
        contextShift: { strategy: () => this.#refuseShift() },
        onTextChunk: (text) => {
          deadlines.started();
          deadlines.progress();
          if (request.tools.length > 0 || deadlines.signal.aborted) return;
          streamed += text;
          onDelta(text);
        },
      });
      const answer = readLocalAnswer(request, response, metadata.stopReason);
      // The last chunk may be held back while it could still be a stop sequence.
      if (answer.text.startsWith(streamed) && answer.text.length > streamed.length) {
        onDelta(answer.text.slice(streamed.length));
      }
      const { usedInputTokens: inputTokens, usedOutputTokens: outputTokens } = contextSequence.tokenMeter;
      return { ...answer, usage: { inputTokens, outputTokens }, backend: this.#options.backend.name };
    } finally {
      await context.dispose();
    }
  }

  #contextSize(prompt: number, maxTokens: number, trained: number): number {
    const needed = prompt + maxTokens + contextMargin;
    if (needed > trained) {
      throw new OrketError('ModelRefused', 'the conversation does not fit the model', {
        at: this.#at(),
        expected: `at most ${trained} tokens with the answer`,
        found: `${prompt} tokens and maxTokens ${maxTokens}`,
        remedy: 'Lower maxTokens, give the role less to read, or use a model with a longer context.',
      });
    }
    return Math.min(trained, Math.ceil(needed / contextStep) * contextStep);
  }

  /** The library would silently forget the middle of the conversation. */
  #refuseShift(): never {
    throw new OrketError('ModelRefused', 'the conversation does not fit the model', { at: this.#at() });
  }
}

async function grammarOf(llama: Llama, { tools, outputSchema }: ModelRequest): Promise<Grammar | null> {
  if (tools.length > 0) return llama.createGrammarForJsonSchema(callOrAnswerSchema(tools, outputSchema));
  return outputSchema === null ? null : llama.createGrammarForJsonSchema(toGrammarSchema(outputSchema));
}

/** Settles with the work, or rejects with the reason as soon as the signal aborts: loading a model cannot be stopped. */
function abandoning<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, (error: unknown) => reject(signal.aborted ? signal.reason : error));
  });
}
