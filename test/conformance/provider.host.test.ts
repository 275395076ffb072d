import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BundleTimeouts, BundleVenue } from '#crds';
import { createProvider, type ProviderDeps } from '../../runtime/models/create-provider.ts';
import type { ModelProvider } from '../../runtime/models/provider.ts';
import { createMask } from '../../runtime/secrets/mask.ts';
import { fetchModel, type LocalModel } from '../../scripts/fetch-model.ts';
import { startOpenAIServer, type OpenAIServer } from './openai-process.ts';
import { describeProvider, generateOptions, modelRequest } from './provider.ts';

const deps: ProviderDeps = {
  apiKey: () => 'sk-test-key',
  mask: createMask(new Map([['models/key', 'sk-test-key']])),
  modelFiles: {},
  clock: () => Date.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

function open(venue: BundleVenue, timeouts: BundleTimeouts | undefined, given: ProviderDeps = deps): ModelProvider {
  return createProvider(timeouts === undefined ? venue : { ...venue, timeouts }, given);
}

const scripted: BundleVenue = {
  provider: 'scripted',
  replies: [
    { when: 'request.messages.exists(m, m.content.contains("long story"))', text: 'Once.', delaySeconds: 30 },
    { when: 'size(request.results) > 0', text: 'The file says: ${{ request.results[0].output }}' },
    { when: '"web.read__page_2" in request.tools', toolCalls: [{ name: 'web.read__page_2' }] },
    { when: '"files.read" in request.tools', toolCalls: [{ name: 'files.read', arguments: { path: 'README.md' } }] },
    { text: '{"capital":"Paris","sure":true}' },
  ],
};

describeProvider('scripted', { backend: 'scripted', streams: false, open: (timeouts) => open(scripted, timeouts) });

for (const stream of [true, false]) {
  describe(`openai with stream: ${stream}`, () => {
    let server: OpenAIServer;
    beforeAll(async () => {
      server = await startOpenAIServer();
    });
    afterAll(() => server.stop());
    const usage = { inputTokens: 12, outputTokens: 7, cachedTokens: 4, reasoningTokens: 2 };
    const busy = async (): Promise<number> => (await server.seen()).open;
    describeProvider('openai', {
      backend: 'local',
      streams: stream,
      usage,
      busy,
      open(timeouts) {
        const backends = [{ name: 'local', model: 'good', baseURL: server.baseURL }];
        return open({ provider: 'openai', stream, backends }, timeouts);
      },
    });
    describeProvider('mesh', {
      backend: 'two',
      streams: stream,
      usage,
      busy,
      open(timeouts) {
        const backends = ['one', 'two', 'three'].map((name) => {
          return { name, model: 'good', baseURL: server.baseURL, priority: name === 'two' ? -1 : 0 };
        });
        return open({ provider: 'openai', stream, backends }, timeouts, { ...deps, limits: { concurrency: 1 } });
      },
    });
  });
}

const root = resolve(import.meta.dirname, '../..');
const local = await fetchModel(root, (line) => process.stderr.write(`${line}\n`)).catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The suite does not run on the local model, which could not be fetched. ${reason}\n`);
  return null;
});

if (local === null) {
  // A machine without a network may skip this; one that judges changes may not.
  (process.env['CI'] === undefined ? it.skip : it)('provider llama on a real model', () => {
    expect.fail('the local model could not be fetched');
  });
} else {
  describeProvider('llama', { backend: 'small', streams: true, open: (timeouts) => openLlama(local, timeouts) });

  it('llama says so when the answer is cut off by maxTokens', async () => {
    const provider = openLlama(local);
    const request = modelRequest({ params: { maxTokens: 3 } });
    const answer = await provider.generate(request, generateOptions(request));
    expect(answer).toMatchObject({ finish: 'length', usage: { outputTokens: 3 } });
    await provider.close();
  });

  it('llama refuses a conversation that does not fit the model instead of forgetting part of it', async () => {
    const provider = openLlama(local);
    const request = modelRequest({ ask: 'word '.repeat(9000) });
    await expect(provider.generate(request, generateOptions(request))).rejects.toMatchObject({
      reason: 'ModelRefused',
    });
    await provider.close();
  });

  it('llama takes the same way through a random answer for the same seed', async () => {
    const provider = openLlama(local);
    const ask = (seed: number) => {
      const request = modelRequest({ ask: 'Invent a name.', params: { temperature: 1.5, seed, maxTokens: 12 } });
      return provider.generate(request, generateOptions(request)).then(({ text }) => text);
    };
    const texts = [await ask(1), await ask(1), await ask(2), await ask(3)];
    expect(texts[1]).toBe(texts[0]);
    expect(new Set(texts).size).toBeGreaterThan(1);
    await provider.close();
  });
}

function openLlama({ file, module }: LocalModel, timeouts?: BundleTimeouts): ModelProvider {
  const venue: BundleVenue = { provider: 'llama', backends: [{ name: 'small', model: 'sha256:0' }] };
  return open(venue, timeouts, { ...deps, modelFiles: { small: file }, loadLlama: () => import(module) });
}
