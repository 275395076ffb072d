import { OrketError, type BundleBackend, type BundleVenue } from '#crds';
import type { Mask } from '../secrets/mask.ts';
import type { VenueLimits } from '../launch.ts';
import { MeshProvider, type Member } from './mesh/mesh.ts';
import { onFirstCall } from './on-first-call.ts';
import type { ModelProvider } from './provider.ts';
import { ScriptedProvider } from './scripted.ts';
import { timeoutsOf } from './timeouts.ts';

/** What a provider needs that no Venue holds: secrets, files of this machine, time. */
export interface ProviderDeps {
  /** The API key of a back end by its name; undefined where it needs none. Asked before each call. */
  readonly apiKey: (backend: string) => string | undefined;
  /** Hides all secrets of this attempt by their names, the API keys among them. */
  readonly mask: Mask;
  /** What each back end may be asked, from `launch.json`. Default no limits. */
  readonly limits?: VenueLimits;
  /** Absolute path of the GGUF file of each back end, from `launch.json`. */
  readonly modelFiles: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Resolves after that many milliseconds, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Loads `node-llama-cpp`. Default: from the packages installed beside Orket. */
  readonly loadLlama?: () => Promise<unknown>;
}

/**
 * The provider that a Venue asks for, a mesh of its back ends. Nothing is loaded or connected until the first call. Throws
 * `InvalidManifest` for a Venue without what its provider needs, `InvalidExpression` for a scripted reply that does not
 * compile.
 */
export function createProvider(venue: BundleVenue, deps: ProviderDeps): ModelProvider {
  const { limits = {}, clock, sleep } = deps;
  return new MeshProvider({ members: membersOf(venue, deps), venue, limits, clock, sleep });
}

function membersOf(venue: BundleVenue, deps: ProviderDeps): readonly Member[] {
  const { provider } = venue;
  if (provider === 'scripted') {
    const options = { replies: venue.replies ?? [], timeouts: timeoutsOf(venue), sleep: deps.sleep };
    return [{ name: 'scripted', priority: 0, weight: 1, provider: new ScriptedProvider(options) }];
  }
  const backends = venue.backends ?? [];
  if (backends.length === 0) throw missing('a back end', 'backends');
  return backends.map((backend) => {
    const { name, priority = 0, weight = 1 } = backend;
    const made = provider === 'openai' ? openai(backend, venue, deps) : llama(backend, venue, deps);
    return { name, priority, weight, provider: made };
  });
}

function openai(backend: BundleBackend, venue: BundleVenue, { apiKey, mask, clock }: ProviderDeps): ModelProvider {
  const { name, baseURL } = backend;
  if (baseURL === undefined) throw missing('baseURL', `backends[${name}].baseURL`);
  const options = {
    backend: { ...backend, baseURL },
    timeouts: timeoutsOf(venue),
    stream: venue.stream ?? true,
    apiKey: () => apiKey(name),
    mask,
    clock,
  };
  return onFirstCall(async () => new (await import('./openai/openai.ts')).OpenAIProvider(options));
}

function llama(backend: BundleBackend, venue: BundleVenue, deps: ProviderDeps): ModelProvider {
  const { name } = backend;
  const file = Object.hasOwn(deps.modelFiles, name) ? deps.modelFiles[name] : undefined;
  if (file === undefined) throw missing('a model file', `modelFiles.${name} of the launch`);
  const options = { backend, file, timeouts: timeoutsOf(venue), loadModule: deps.loadLlama, mask: deps.mask };
  return onFirstCall(async () => new (await import('./llama/llama.ts')).LlamaProvider(options));
}

function missing(expected: string, at: string): OrketError {
  return new OrketError('InvalidManifest', 'the Venue lacks what its provider needs', {
    at,
    expected,
    found: 'nothing',
  });
}
