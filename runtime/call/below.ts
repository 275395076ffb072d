/** Things by where they are: what lies at a path and below it is found without looking at anything else. */
export class Below<T> {
  readonly #found = new Map<string, T[]>();

  add(path: string, thing: T): void {
    this.#put('', thing);
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1))
      this.#put(path.slice(0, end), thing);
    if (path !== '') this.#put(path, thing);
  }

  /** In the order in which they were added. */
  at(path: string): readonly T[] {
    return this.#found.get(path) ?? [];
  }

  /** Forgets what lies at a path and below it. */
  drop(path: string): void {
    const gone = new Set(this.at(path));
    if (gone.size === 0) return;
    for (const [at, things] of this.#found) {
      const left = things.filter((thing) => !gone.has(thing));
      if (left.length < things.length) this.#found.set(at, left);
    }
  }

  #put(path: string, thing: T): void {
    const known = this.#found.get(path);
    if (known === undefined) this.#found.set(path, [thing]);
    else known.push(thing);
  }
}
