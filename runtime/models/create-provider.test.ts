import { describe, expect, it } from 'vitest';
import type { BundleVenue } from '#crds';
import { createMask } from '../secrets/mask.ts';
import { createProvider } from './create-provider.ts';

const deps = {
  apiKey: () => undefined,
  mask: createMask(new Map()),
  modelFiles: {},
  clock: () => 0,
  sleep: async () => {},
};

describe('the provider of a Venue', () => {
  it.each<[string, BundleVenue, string]>([
    ['openai without a back end', { provider: 'openai' }, 'backends'],
    ['openai without an address', { provider: 'openai', backends: [{ name: 'a', model: 'm' }] }, 'backends[a].baseURL'],
    ['llama without a file', { provider: 'llama', backends: [{ name: 'a', model: 'm' }] }, 'modelFiles.a'],
  ])('%s is refused, saying what is missing', (_, venue, at) => {
    expect(() => createProvider(venue, deps)).toThrow(at);
  });
});
