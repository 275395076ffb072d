import { isJsonObject, OrketError, type JsonObject, type JsonValue } from '#crds';

/** The input of a built-in tool. The harness has checked it against the schema; this proves it to the compiler. */
export function objectOf(input: JsonValue): JsonObject {
  if (!isJsonObject(input)) throw refused('input', 'an object', input);
  return input;
}

export function requiredText(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value !== 'string') throw refused(name, 'a text', value);
  return value;
}

export function optionalText(input: JsonObject, name: string, otherwise: string): string {
  return input[name] === undefined ? otherwise : requiredText(input, name);
}

export function optionalCount(input: JsonObject, name: string, otherwise: number): number {
  const value = input[name] ?? otherwise;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw refused(name, 'a whole number', value);
  return value;
}

export function optionalSwitch(input: JsonObject, name: string, otherwise: boolean): boolean {
  const value = input[name] ?? otherwise;
  if (typeof value !== 'boolean') throw refused(name, 'true or false', value);
  return value;
}

function refused(at: string, expected: string, value: JsonValue | undefined): OrketError {
  const found = value === undefined ? 'nothing' : typeof value;
  return new OrketError('InputRefused', 'the input of the tool is refused', { at, expected, found });
}
