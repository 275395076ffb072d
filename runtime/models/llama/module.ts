import { OrketError } from '#crds';
import { importOutside } from './import-outside.ts';

/** The part of `node-llama-cpp` 3.22 that is used. The package is optional, so its own types are not at hand. */
export interface LlamaModule {
  getLlama(options: {
    readonly gpu: false;
    readonly build: 'never';
    readonly skipDownload: true;
    readonly progressLogs: false;
    readonly logLevel: 'disabled';
    readonly maxThreads: number;
  }): Promise<Llama>;
  resolveChatWrapper(model: LlamaModel): ChatWrapper;
  readonly LlamaChat: new (options: { contextSequence: Sequence; chatWrapper: ChatWrapper }) => LlamaChat;
}

export interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: GrammarSchema): Promise<Grammar>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly trainContextSize: number;
  readonly tokenizer: unknown;
  createContext(options: { readonly contextSize: number; readonly threads: number }): Promise<LlamaContext>;
}

interface LlamaContext {
  getSequence(): Sequence;
  dispose(): Promise<void>;
}

interface Sequence {
  readonly tokenMeter: { readonly usedInputTokens: number; readonly usedOutputTokens: number };
}

interface ChatWrapper {
  generateContextState(options: { readonly chatHistory: readonly HistoryItem[] }): {
    readonly contextText: { tokenize(tokenizer: unknown): readonly unknown[] };
  };
}

export type HistoryItem =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] };

interface LlamaChat {
  generateResponse(
    history: readonly HistoryItem[],
    options: {
      readonly signal: AbortSignal;
      readonly maxTokens: number;
      readonly temperature: number;
      readonly seed?: number;
      readonly grammar?: Grammar;
      readonly onTextChunk: (text: string) => void;
      readonly contextShift: { readonly strategy: () => never };
    },
  ): Promise<{ readonly response: string; readonly metadata: { readonly stopReason: string } }>;
  dispose(): void;
}

/** What the grammar generator understands of JSON Schema. */
export type GrammarSchema = { readonly [key: string]: unknown };
declare const grammarBrand: unique symbol;
export interface Grammar {
  readonly [grammarBrand]: true;
}

const install = 'npm install --omit=optional node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1';

/** Loads the package from beside Orket. Neither compiler nor bundler knows its name, so neither insists on it. */
export async function loadNodeLlama(): Promise<unknown> {
  return importOutside('node-llama-cpp');
}

/** Loads and checks the package. Throws `ProviderNotAvailable` with the command that installs it. */
export async function requireLlama(load: () => Promise<unknown>): Promise<LlamaModule> {
  let loaded: unknown;
  try {
    loaded = await load();
  } catch (error) {
    throw new OrketError(
      'ProviderNotAvailable',
      'provider llama needs the optional package node-llama-cpp',
      { found: 'no such package', remedy: `Install it: ${install} (on another platform, the package of that name).` },
      error,
    );
  }
  if (isLlamaModule(loaded)) return loaded;
  throw new OrketError('ProviderNotAvailable', 'node-llama-cpp is not the expected one', {
    expected: 'version 3.22',
    found: 'a module without getLlama, LlamaChat or resolveChatWrapper',
    remedy: `Install it: ${install}`,
  });
}

function isLlamaModule(value: unknown): value is LlamaModule {
  if (typeof value !== 'object' || value === null) return false;
  const names = ['getLlama', 'LlamaChat', 'resolveChatWrapper'];
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}
