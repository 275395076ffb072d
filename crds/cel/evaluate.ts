import { setOwn, type JsonObject } from '../canonical/json.ts';
import type { OrketError } from '../errors.ts';
import { fault, isFault, shown } from './fault.ts';
import type { Fuel } from './fuel.ts';
import { functions } from './functions.ts';
import { runPattern } from './functions-text.ts';
import { applyBinary, negate } from './operators.ts';
import type { CallNode, LoopNode, Node } from './syntax.ts';
import {
  CelType,
  isList,
  isMap,
  read,
  typeNames,
  typeOf,
  type CelItem,
  type CelList,
  type CelMap,
  type CelValue,
} from './value.ts';

/** A variable of a macro, and those around it. */
interface Local {
  readonly name: string;
  readonly value: CelValue;
  readonly outer: Local | undefined;
}

/** One walk over a syntax tree. `at` tells where the last thing happened that could fail. */
export class Evaluation {
  readonly #scope: JsonObject;
  readonly #fuel: Fuel;
  #at = 0;

  constructor(scope: JsonObject, fuel: Fuel) {
    this.#scope = scope;
    this.#fuel = fuel;
  }

  get at(): number {
    return this.#at;
  }

  run(node: Node, local?: Local): CelValue {
    this.#fuel.spend(1);
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'name':
        return this.#name(node.name, node.at, local);
      case 'member':
        return this.#member(this.run(node.of, local), node.name, node.at);
      case 'index':
        return this.#index(this.run(node.of, local), this.run(node.key, local), node.at);
      case 'has':
        return this.#has(this.run(node.of, local), node.name, node.at);
      case 'list':
        return node.items.map((item) => this.run(item, local));
      case 'map':
        return this.#map(node.entries, node.at, local);
      case 'conditional':
        return this.#truth(node.test, local) ? this.run(node.yes, local) : this.run(node.no, local);
      case 'logic':
        return this.#logic(node.or, [node.left, node.right], (side) => this.#truth(side, local));
      case 'not':
        return !this.#truth(node.of, local);
      case 'negate': {
        const value = this.run(node.of, local);
        this.#at = node.at;
        return negate(value);
      }
      case 'binary': {
        const left = this.run(node.left, local);
        const right = this.run(node.right, local);
        this.#at = node.at;
        return applyBinary(node.operator, left, right, this.#fuel);
      }
      case 'call':
        return this.#call(node, local);
      case 'loop':
        return this.#loop(node, local);
    }
  }

  #name(name: string, at: number, local: Local | undefined): CelValue {
    for (let frame = local; frame !== undefined; frame = frame.outer) {
      if (frame.name === name) return frame.value;
    }
    if (Object.hasOwn(this.#scope, name)) return read(this.#scope[name] ?? null);
    const type = typeNames.find((each) => each === name);
    if (type !== undefined) return new CelType(type);
    this.#at = at;
    throw fault('there is no such variable', { found: shown(name), expected: oneOf(Object.keys(this.#scope)) });
  }

  #member(value: CelValue, name: string, at: number): CelValue {
    this.#at = at;
    if (!isMap(value)) throw fault(`a ${typeOf(value)} has no fields`, { found: shown(name) });
    if (Object.hasOwn(value, name)) return read(value[name] ?? null);
    throw fault('there is no such key', { found: shown(name), expected: oneOf(Object.keys(value)) });
  }

  #index(value: CelValue, key: CelValue, at: number): CelValue {
    this.#at = at;
    if (isMap(value) && typeof key === 'string') return this.#member(value, key, at);
    if (!isList(value) || typeof key !== 'bigint') {
      throw fault('only a list has positions, only a map has keys', { found: `${typeOf(value)}[${typeOf(key)}]` });
    }
    const item = key >= 0n && key < BigInt(value.length) ? value[Number(key)] : undefined;
    if (item !== undefined) return read(item);
    throw fault('the position is outside the list', { expected: `less than ${value.length}`, found: String(key) });
  }

  #has(value: CelValue, name: string, at: number): boolean {
    this.#at = at;
    if (!isMap(value)) throw fault(`a ${typeOf(value)} has no fields`, { found: shown(name) });
    return Object.hasOwn(value, name);
  }

  #map(entries: readonly (readonly [Node, Node])[], at: number, local: Local | undefined): CelMap {
    const map: Record<string, CelItem> = {};
    for (const [keyNode, valueNode] of entries) {
      const key = this.run(keyNode, local);
      this.#at = at;
      if (typeof key !== 'string') throw fault('keys are strings, as in JSON', { found: typeOf(key) });
      if (Object.hasOwn(map, key)) throw fault('each key can be there once', { found: `${shown(key)} again` });
      setOwn(map, key, this.run(valueNode, local));
    }
    return map;
  }

  #truth(node: Node, local: Local | undefined): boolean {
    const value = this.run(node, local);
    if (typeof value === 'boolean') return value;
    this.#at = node.at;
    throw fault('a condition must be true or false', { found: typeOf(value) });
  }

  /** As CEL has it: one side that decides also decides where another fails. */
  #logic<T>(deciding: boolean, sides: Iterable<T>, truth: (side: T) => boolean): boolean {
    let failure: OrketError | undefined;
    let failedAt = 0;
    for (const side of sides) {
      try {
        if (truth(side) === deciding) return deciding;
      } catch (error) {
        if (!isFault(error)) throw error;
        failure ??= error;
        failedAt ||= this.#at;
      }
    }
    if (failure === undefined) return !deciding;
    this.#at = failedAt;
    throw failure;
  }

  #call(node: CallNode, local: Local | undefined): CelValue {
    const args = node.args.map((each) => this.run(each, local));
    this.#at = node.at;
    if (node.pattern !== undefined) return runPattern(node.key, node.pattern, args, this.#fuel);
    const run = functions.get(node.key);
    if (run === undefined) throw fault('there is no such function', { found: node.key });
    return run(args, this.#fuel);
  }

  #loop(node: LoopNode, local: Local | undefined): CelValue {
    const items = this.#items(this.run(node.over, local), node);
    const inner = (item: CelItem): Local => ({ name: node.variable, value: read(item), outer: local });
    const holds = (item: CelItem): boolean => {
      this.#fuel.spend(1);
      return this.#truth(node.body, inner(item));
    };
    switch (node.macro) {
      case 'all':
        return this.#logic(false, items, holds);
      case 'exists':
        return this.#logic(true, items, holds);
      case 'exists_one':
        return items.filter(holds).length === 1;
      case 'filter':
        return items.filter(holds);
      case 'map':
        return this.#mapped(items, node, inner);
    }
  }

  #mapped(items: CelList, node: LoopNode, inner: (item: CelItem) => Local): CelList {
    const results: CelItem[] = [];
    for (const item of items) {
      this.#fuel.spend(1);
      const local = inner(item);
      if (node.filter === undefined || this.#truth(node.filter, local)) results.push(this.run(node.body, local));
    }
    return results;
  }

  #items(value: CelValue, node: LoopNode): CelList {
    this.#at = node.at;
    if (isList(value)) return value;
    if (!isMap(value)) throw fault(`"${node.macro}" needs a list or a map`, { found: typeOf(value) });
    const keys = Object.keys(value).toSorted();
    this.#fuel.spend(keys.length);
    return keys;
  }
}

function oneOf(names: readonly string[]): string {
  const some = names.toSorted().slice(0, 10).map(shown).join(', ');
  return names.length === 0 ? 'nothing: it is empty' : `one of ${some}${names.length > 10 ? ', …' : ''}`;
}
