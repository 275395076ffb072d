import { isJsonArray, isJsonObject } from '#crds';
import type { RecordBodies } from '#runtime';

/**
 * What of a model's answer its record shows to be of no use, in words; empty where it shows nothing of that. Whether an
 * answer is what a role may give is not in its record, nor is one that is too long to stand there.
 */
export function unusable({ response, error }: Pick<RecordBodies['model.response'], 'response' | 'error'>): string {
  const answer = response !== null && 'value' in response ? response.value : null;
  if (error !== null || !isJsonObject(answer)) return '';
  const { finish, text, toolCalls } = answer;
  if (finish === 'refusal') return 'a refusal';
  if (finish === 'length') return 'cut off by the limit of tokens';
  const calls = isJsonArray(toolCalls) ? toolCalls.length : 0;
  return typeof text === 'string' && text.trim() === '' && calls === 0 ? 'an empty answer' : '';
}
