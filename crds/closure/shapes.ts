import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';

/** What a value can be known to be before it is computed. */
export type StaticKind = 'a boolean' | 'a list' | 'a map' | 'a number' | 'a text';

/** What is known of a value that an expression may use: nothing, its kind, its members, or the texts it may be. */
export type Shape = 'any' | StaticKind | Members | OpenMembers | Texts;

/** Exactly these members. */
export interface Members {
  readonly [member: string]: Shape;
}

/** These members, and perhaps others. */
export class OpenMembers {
  readonly members: Members;

  constructor(members: Members) {
    this.members = members;
  }
}

/** One of these texts; where they are not `all` there may be, there are others besides. */
export class Texts {
  readonly texts: readonly string[];
  readonly all: boolean;

  constructor(texts: readonly string[], { all = true }: { readonly all?: boolean } = {}) {
    this.texts = texts;
    this.all = all;
  }
}

/** The members that a value is known to have, whether or not it may have others. */
export function membersOf(shape: Shape | undefined): Members | undefined {
  if (typeof shape !== 'object' || shape instanceof Texts) return undefined;
  return shape instanceof OpenMembers ? shape.members : shape;
}

/** What is known of one member. */
export function memberOf(shape: Shape | undefined, name: string): Shape | undefined {
  const members = membersOf(shape);
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
}

export function kindOf(shape: Shape | undefined): StaticKind | undefined {
  if (shape instanceof Texts) return 'a text';
  if (typeof shape === 'object') return 'a map';
  return shape === 'any' ? undefined : shape;
}

/** Keywords that may bring properties which `properties` does not name. */
const openers = ['allOf', 'anyOf', 'oneOf', 'if', '$ref', '$dynamicRef', 'patternProperties', 'dependentSchemas'];

const kindsOfTypes: Readonly<Record<string, StaticKind>> = {
  array: 'a list',
  boolean: 'a boolean',
  integer: 'a number',
  number: 'a number',
  object: 'a map',
  string: 'a text',
};

/** What values are that meet a schema: their members or choices where it names them, else their kind where it has one. */
export function shapeOfSchema(schema: JsonValue | undefined): Shape {
  if (!isJsonObject(schema)) return 'any';
  const texts = textsOf(schema);
  if (texts !== undefined) return new Texts(texts);
  const { type, properties, additionalProperties } = schema;
  if (typeof type !== 'string') return 'any';
  const kind = Object.hasOwn(kindsOfTypes, type) ? kindsOfTypes[type] : undefined;
  if (kind !== 'a map' || !isJsonObject(properties)) return kind ?? 'any';
  const members = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, shapeOfSchema(each)]));
  const isOpen = additionalProperties !== false || openers.some((keyword) => Object.hasOwn(schema, keyword));
  return isOpen ? new OpenMembers(members) : members;
}

/** All that `enum` or `const` leaves of texts, where it leaves nothing but texts. */
function textsOf(schema: JsonObject): readonly string[] | undefined {
  const choices = Object.hasOwn(schema, 'const') ? [schema['const'] ?? null] : (schema['enum'] ?? []);
  if (!isJsonArray(choices) || choices.length === 0) return undefined;
  const texts = choices.filter((choice) => typeof choice === 'string');
  return texts.length === choices.length ? texts : undefined;
}
