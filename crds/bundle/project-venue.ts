import type { Digest } from '../canonical/digest.ts';
import { OrketError } from '../errors.ts';
import type { ScriptedReply, Venue } from '../generated/resources.ts';
import type { BundleBackend, BundlePrice, BundleReply, BundleVenue } from './bundle.ts';
import { own } from './own.ts';
import { pickParams } from './params.ts';
import { projectRetry } from './retry.ts';
import { defaultsV1, withoutDefaults } from './v1.ts';

/** The digest of each model file of a Venue with provider llama, by the name of its back end. */
type ModelDigests = Readonly<Record<string, Digest>>;

/** Of a Venue what shapes answers: never keys, rates and concurrency. Throws `ProviderNotAvailable`. */
export function projectVenue({ metadata, spec }: Venue, models: ModelDigests = {}): BundleVenue {
  const { provider, strategy, params, timeouts, stream, backends = [], pricing = [], replies = [] } = spec;
  const { connectSeconds, firstTokenSeconds, idleSeconds, totalSeconds } = timeouts;
  const waits = withoutDefaults({ connectSeconds, firstTokenSeconds, idleSeconds, totalSeconds }, defaultsV1.timeouts);
  const served = backends.map(({ name, model, baseURL, priority, weight }): BundleBackend => {
    const file = provider === 'llama' ? modelDigest(metadata.name, name, models) : undefined;
    return withoutDefaults({ name, model: file ?? model, baseURL, priority, weight }, defaultsV1.backend);
  });
  const prices = pricing.map(({ model, input, output, cachedInput }): BundlePrice => {
    return withoutDefaults({ model, input, output, cachedInput });
  });
  return withoutDefaults(
    {
      provider,
      strategy,
      params: params === undefined ? undefined : pickParams(params),
      retry: projectRetry(spec.retry),
      pricing: prices.toSorted((left, right) => (left.model < right.model ? -1 : 1)),
      timeouts: Object.keys(waits).length === 0 ? undefined : waits,
      stream,
      backends: served.toSorted((left, right) => (left.name < right.name ? -1 : 1)),
      replies: replies.map(projectReply),
    },
    defaultsV1.venue,
  );
}

function modelDigest(venue: string, backend: string, models: ModelDigests): Digest {
  const digest = own(models, backend);
  if (digest !== undefined) return digest;
  throw new OrketError('ProviderNotAvailable', 'the model file is not known here', {
    at: `Venue ${venue} spec.backends[${backend}].model`,
    expected: 'the digest of a GGUF file',
    found: 'none',
  });
}

function projectReply({ when, text, toolCalls, usage, delaySeconds, error }: ScriptedReply): BundleReply {
  return withoutDefaults(
    {
      when,
      text,
      toolCalls: toolCalls?.map((call) =>
        withoutDefaults({ name: call.name, arguments: call.arguments }, defaultsV1.toolCall),
      ),
      usage:
        usage === undefined
          ? undefined
          : withoutDefaults({ inputTokens: usage.inputTokens, outputTokens: usage.outputTokens }),
      delaySeconds,
      error: error === undefined ? undefined : withoutDefaults({ status: error.status, message: error.message }),
    },
    defaultsV1.reply,
  );
}
