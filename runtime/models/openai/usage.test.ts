import { describe, expect, it } from 'vitest';
import type { JsonValue } from '#crds';
import { readUsage } from './usage.ts';

const good = { prompt_tokens: 10, completion_tokens: 5 };

describe('reading usage', () => {
  it.each<[string, JsonValue | undefined, unknown]>([
    ['plain', good, { inputTokens: 10, outputTokens: 5 }],
    [
      'with details',
      { ...good, prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 3 } },
      { inputTokens: 10, outputTokens: 5, cachedTokens: 4, reasoningTokens: 3 },
    ],
    [
      'with details larger than the whole',
      { ...good, prompt_tokens_details: { cached_tokens: 11 }, completion_tokens_details: { reasoning_tokens: -1 } },
      { inputTokens: 10, outputTokens: 5 },
    ],
    ['missing', undefined, null],
    ['null', null, null],
    ['half', { prompt_tokens: 10 }, null],
    ['negative', { ...good, completion_tokens: -1 }, null],
    ['text', { ...good, prompt_tokens: '10' }, null],
    ['a fraction', { ...good, prompt_tokens: 0.5 }, null],
    ['absurd', { ...good, prompt_tokens: 1e12 }, null],
  ])('%s', (_, value, expected) => {
    expect(readUsage(value)).toEqual(expected);
  });
});
