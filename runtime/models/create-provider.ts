import { OrketError, type BundleBackend, type BundleVenue } from '#crds';
import type { Mask } from '../secrets/mask.ts';
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
 * The provider that a Venue asks for. Nothing is loaded or connected until the first call. Throws `InvalidManifest` for a
 * Venue without what its provider needs, `InvalidExpression` for a scripted reply that does not compile.
 */
export function createProvider(venue: BundleVenue, deps: ProviderDeps): ModelProvider {
  const timeouts = timeoutsOf(venue);
  switch (venue.provider) {
    case 'scripted':
      return new ScriptedProvider({ replies: venue.replies ?? [], timeouts, sleep: deps.sleep });
    case 'openai': {
      const backend = firstBackend(venue);
      const { baseURL } = backend;
      if (baseURL === undefined) throw missing('baseURL', `backends[${backend.name}].baseURL`);
      const apiKey = (): string | undefined => deps.apiKey(backend.name);
      const stream = venue.stream ?? true;
      const options = {
        backend: { ...backend, baseURL },
        timeouts,
        stream,
        apiKey,
        mask: deps.mask,
        clock: deps.clock,
      };
      return onFirstCall(async () => new (await import('./openai/openai.ts')).OpenAIProvider(options));
    }
    case 'llama': {
      const backend = firstBackend(venue);
      const file = Object.hasOwn(deps.modelFiles, backend.name) ? deps.modelFiles[backend.name] : undefined;
      if (file === undefined) throw missing('a model file', `modelFiles.${backend.name} of the launch`);
      const options = { backend, file, timeouts, loadModule: deps.loadLlama, mask: deps.mask };
      return onFirstCall(async () => new (await import('./llama/llama.ts')).LlamaProvider(options));
    }
  }
}

/** A Venue has one back end until meshes of several are served. */
function firstBackend(venue: BundleVenue): BundleBackend {
  const backend = venue.backends?.[0];
  if (backend === undefined) throw missing('a back end', 'backends');
  return backend;
}

function missing(expected: string, at: string): OrketError {
  return new OrketError('InvalidManifest', 'the Venue lacks what its provider needs', {
    at,
    expected,
    found: 'nothing',
  });
}
