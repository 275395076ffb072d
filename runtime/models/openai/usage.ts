import { isJsonObject, type JsonValue } from '#crds';
import type { Usage } from '../../journal/record.ts';

/** No answer uses more tokens than this; a larger number is nonsense. */
const most = 1_000_000_000;

/**
 * The usage a server reports, null where it is missing or nonsense (negative, text, fractions, absurdly large): the
 * caller then counts its own reservation. Details that make no sense are left out alone.
 */
export function readUsage(value: JsonValue | undefined): Usage | null {
  if (!isJsonObject(value)) return null;
  const inputTokens = count(value['prompt_tokens']);
  const outputTokens = count(value['completion_tokens']);
  if (inputTokens === null || outputTokens === null) return null;
  const cachedTokens = detail(value['prompt_tokens_details'], 'cached_tokens', inputTokens);
  const reasoningTokens = detail(value['completion_tokens_details'], 'reasoning_tokens', outputTokens);
  return {
    inputTokens,
    outputTokens,
    ...(cachedTokens === null ? {} : { cachedTokens }),
    ...(reasoningTokens === null ? {} : { reasoningTokens }),
  };
}

function detail(value: JsonValue | undefined, name: string, whole: number): number | null {
  const part = isJsonObject(value) ? count(value[name]) : null;
  return part === null || part > whole ? null : part;
}

function count(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most ? value : null;
}
