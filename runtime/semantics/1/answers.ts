import { OrketError, parseJson, type JsonValue } from '#crds';

const fence = /^```[a-z]*\n([^]*?)\n?```$/;

/**
 * A model's final answer as JSON: strict JSON, where models like to wrap it also inside one fence of Markdown.
 * Undefined where it is neither.
 */
export function readJsonAnswer(text: string): JsonValue | undefined {
  const trimmed = text.trim();
  try {
    return parseJson(fence.exec(trimmed)?.[1] ?? trimmed, { depth: 128 });
  } catch (error) {
    if (error instanceof OrketError && error.reason === 'NotCanonical') return undefined;
    throw error;
  }
}
