import { canonicalJson, OrketError, parseJson } from '#crds';
import type { ToolCall } from './provider.ts';

/** Deeper arguments than any sensible tool takes stay text. */
const depth = 64;

/**
 * Reads the arguments that a model wrote. Empty text means no arguments, which several servers send for a tool without
 * any; text that is not strict JSON stays as it came, made well-formed, so that the model can be told.
 */
export function readArguments(text: string): ToolCall['arguments'] {
  if (text.trim() === '') return { parsed: {} };
  try {
    return { parsed: parseJson(text, { depth }) };
  } catch (error) {
    if (error instanceof OrketError && error.reason === 'NotCanonical') return { unparsed: text.toWellFormed() };
    throw error;
  }
}

/**
 * A call's arguments as text of a JSON object, for sending a conversation back. Servers put past calls into chat
 * templates that read them as an object, and fail on anything else.
 */
export function writeArguments(call: ToolCall): string {
  if ('unparsed' in call.arguments) return canonicalJson({ unparsed: call.arguments.unparsed });
  const { parsed } = call.arguments;
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  return canonicalJson(isObject ? parsed : { unparsed: canonicalJson(parsed) });
}
