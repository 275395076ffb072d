import type { Alias, Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { isJsonArray, isJsonObject, setOwn, type JsonValue } from '../canonical/json.ts';
import { shown } from '../validate/finding.ts';
import { DecodeError, tooLarge } from './decode-error.ts';
import { limits } from './limits.ts';
import { checkForm } from './scalar-form.ts';
import { keyText, resolvePlain, type Resolved } from './scalar.ts';
import { isAlias, isMap, isScalar, isSeq } from './syntax.ts';

const prefix = 'tag:yaml.org,2002:';

/** What an anchor stands for, with the number of values behind it; undefined while it is still being read. */
type Anchored = { readonly value: JsonValue; readonly size: number } | undefined;

/**
 * The JSON of a YAML document as the API server would decode it. An alias shares its value, and the values of a document
 * are counted as if each were written out. Throws DecodeError.
 */
export function decodeDocument(document: Document.Parsed, text: string): JsonValue {
  return document.contents === null ? null : new Decoder(text).value(document.contents);
}

class Decoder {
  readonly #text: string;
  readonly #anchors = new Map<string, Anchored>();
  #size = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(node: unknown): JsonValue {
    if (isAlias(node)) return this.#alias(node);
    this.#grow(1, node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor === undefined) return this.#content(node);
    const before = this.#size - 1;
    this.#anchors.set(anchor, undefined);
    const value = this.#content(node);
    this.#anchors.set(anchor, { value, size: this.#size - before });
    return value;
  }

  #content(node: unknown): JsonValue {
    if (isScalar(node)) return this.#scalar(node);
    if (isMap(node)) return this.#map(node);
    if (isSeq(node)) return this.#list(node);
    // A value that is not written at all.
    return null;
  }

  #alias(node: Alias): JsonValue {
    const anchored = this.#anchors.get(node.source);
    if (anchored !== undefined) {
      this.#grow(anchored.size, node);
      return anchored.value;
    }
    const itself = this.#anchors.has(node.source);
    throw new DecodeError('UnknownAlias', itself ? 'an anchor contains itself' : 'there is no such anchor', {
      offset: start(node),
      expected: `an anchor &${shown(node.source)} before it`,
      found: `*${node.source.slice(0, 60)}`,
      remedy: 'Write the value out here, or put the anchor before it. A text that begins with * needs quotes.',
    });
  }

  #scalar(node: Scalar): JsonValue {
    const text = typeof node.value === 'string' ? node.value : '';
    checkForm(node, this.#text);
    const { tag } = node;
    if (tag === undefined) return isPlain(node) ? this.#plain(node, text, undefined) : text;
    if (tag === '!' || tag === `${prefix}str` || tag === `${prefix}timestamp`) return text;
    return this.#plain(node, text, tag);
  }

  #plain(node: Scalar, text: string, tag: string | undefined): JsonValue {
    const resolved = resolvePlain(text);
    if (resolved.kind === 'unsafe') {
      throw new DecodeError('UnsafeNumber', 'the number would not survive', {
        offset: start(node),
        expected: 'a finite number, and an integer between -(2^53 - 1) and 2^53 - 1',
        found: shown(text),
        remedy: 'Write it in quotes where a text is meant.',
      });
    }
    if (tag === undefined || fits(tag, resolved)) return resolved.value;
    throw this.#unsupportedTag(node, tag);
  }

  #list(node: YAMLSeq): JsonValue {
    this.#collectionTag(node, 'seq');
    return node.items.map((item) => this.value(item));
  }

  #map(node: YAMLMap): JsonValue {
    this.#collectionTag(node, 'map');
    const object: Record<string, JsonValue> = {};
    for (const pair of node.items) {
      if (isMergeKey(pair)) this.#merge(object, pair.value);
      else this.#set(object, this.#key(pair, node), this.value(pair.value), pair.key ?? node);
    }
    return object;
  }

  #key({ key }: Pair, map: YAMLMap): string {
    const text =
      isScalar(key) && isPlain(key) && key.tag === undefined ? keyText(String(key.value)) : this.#otherKey(key);
    if (text !== undefined) {
      this.#grow(1, key);
      return text;
    }
    throw new DecodeError('InvalidKey', 'the key of a map is not a text', {
      offset: start(key ?? map),
      expected: 'a text, a number or a boolean',
      found: isScalar(key) ? 'null, or a number that would not survive' : 'a list or a map',
      remedy: 'Write it in quotes where a text is meant.',
    });
  }

  #otherKey(key: unknown): string | undefined {
    const value = this.value(key);
    return typeof value === 'object' ? undefined : String(value);
  }

  #set(object: Record<string, JsonValue>, key: string, value: JsonValue, at: unknown): void {
    if (Object.hasOwn(object, key)) {
      throw new DecodeError('DuplicateKey', `the key ${shown(key)} is there twice`, {
        offset: start(at),
        expected: 'each key once',
        found: `${shown(key)} again`,
        remedy: 'Remove one of the two. A key that is merged in with << cannot be written again either.',
      });
    }
    setOwn(object, key, value);
  }

  /** Merged keys may not be written again: the API server refuses that as a duplicate. */
  #merge(object: Record<string, JsonValue>, source: unknown): void {
    const value = this.value(source);
    const sources = isJsonArray(value) ? value.toReversed() : [value];
    for (const each of sources) {
      if (!isJsonObject(each)) {
        throw new DecodeError('InvalidMerge', '<< merges maps', {
          offset: start(source),
          expected: 'a map, or a list of maps',
          found: shown(each),
          remedy: 'Merge a map, or write its keys out.',
        });
      }
      for (const [key, member] of Object.entries(each)) this.#set(object, key, member, source);
    }
  }

  #collectionTag(node: YAMLMap | YAMLSeq, name: 'map' | 'seq'): void {
    if (node.tag === undefined || node.tag === `${prefix}${name}`) return;
    throw this.#unsupportedTag(node, node.tag);
  }

  #unsupportedTag(node: unknown, tag: string): DecodeError {
    return new DecodeError('UnsupportedTag', 'the tag is not one of JSON, or does not fit its value', {
      offset: start(node),
      expected: 'no tag, or !!str, !!int, !!float, !!bool, !!null with a value of that kind',
      found: shown(tag.startsWith(prefix) ? `!!${tag.slice(prefix.length)}` : tag),
      remedy: 'Remove the tag, or correct the value behind it. A text that begins with ! needs quotes.',
    });
  }

  #grow(values: number, node: unknown): void {
    this.#size += values;
    if (this.#size <= limits.values) return;
    throw tooLarge(`at most ${limits.values} values in a document, aliases written out`, 'more', start(node));
  }
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<' && key.tag === undefined;
}

function isPlain(node: Scalar): boolean {
  return node.type === 'PLAIN' || node.type === undefined;
}

function fits(tag: string, { kind, value }: Exclude<Resolved, { readonly kind: 'unsafe' }>): boolean {
  switch (tag) {
    case `${prefix}int`:
      return kind === 'int';
    case `${prefix}float`:
      return typeof value === 'number';
    case `${prefix}bool`:
      return typeof value === 'boolean';
    case `${prefix}null`:
      return value === null;
    default:
      return false;
  }
}

function start(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
}
