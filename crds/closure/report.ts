import { OrketError } from '../errors.ts';
import type { Resource } from '../generated/resources.ts';
import { asWritten } from '../manifest/as-written.ts';
import { placeOf, writtenAt } from '../manifest/place.ts';
import type { Problem } from '../problem.ts';

/** What a check says of one field; the place is found from the resource it is about. */
export interface Complaint {
  readonly reason: string;
  readonly message: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

/** Collects problems of stage `closure`. What several Flows share is checked for each and told once. */
export class Report {
  readonly #problems = new Map<string, Problem>();
  readonly #warnings = new Map<string, Problem>();

  get problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  /** What is not wrong and hardly meant. */
  get warnings(): readonly Problem[] {
    return [...this.#warnings.values()];
  }

  add(resource: Resource, path: string, complaint: Complaint): void {
    this.#collect(this.#problems, resource, path, complaint);
  }

  warn(resource: Resource, path: string, complaint: Complaint): void {
    this.#collect(this.#warnings, resource, path, complaint);
  }

  #collect(into: Map<string, Problem>, resource: Resource, path: string, complaint: Complaint): void {
    const { reason, message, expected, found, remedy } = asWritten(complaint, writtenAt(resource, path));
    const place = placeOf(resource, path);
    const problem: Problem = { stage: 'closure', reason, ...place, path, message, expected, found, remedy };
    into.set(JSON.stringify([place.file, place.line, place.column, path, reason, message, found]), problem);
  }

  /** Runs a check that throws and turns what a person wrote wrongly into a problem. */
  attempt<T>(resource: Resource, path: string, check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof OrketError)) throw error;
      const { at, expected = '', found = '', remedy = '' } = error.detail;
      const message = at === undefined ? error.summary : `${error.summary} (${at})`;
      this.add(resource, path, { reason: error.reason, message, expected, found, remedy });
      return undefined;
    }
  }
}
