import { OrketError, parseJson, type JsonObject, type JsonValue } from '#crds';

/** A role whose output is a string answers in plain text: no model has to put quotes around a report. */
export function answersInText(outputSchema: JsonObject | undefined): boolean {
  return outputSchema?.['type'] === 'string';
}

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
