import { parsePath } from '../call/path.ts';
import type { JournalRecord } from '../journal/record.ts';

/** What the turns of one role in one step used at one back end. Counts hold what servers said; where they said nothing, 0. */
export interface UsageRow {
  readonly role: string;
  /** Ids of the step and of those around it: `review`, or `each/review` inside a block. */
  readonly step: string;
  /** As the role names it, empty for the back end's own. */
  readonly model: string;
  /** Empty where none was reached. */
  readonly backend: string;
  /** Turns that were answered, and attempts that were not. */
  readonly turns: number;
  readonly failed: number;
  /** Cached ones are part of them. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** Those of reasoning are part of them. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** In 10^-12 of the unit of the Venue's prices; null where nothing has a price. */
  readonly picos: number | null;
}

type Asked = Pick<UsageRow, 'role' | 'model'>;

/**
 * Adds up model turns from the records of a journal. Every answer that was paid for counts, also of attempts that were
 * done again after a crash.
 */
export class Accounting {
  readonly #asked = new Map<string, Asked>();
  readonly #rows = new Map<string, UsageRow>();

  /** Takes the next record of the journal. */
  add(record: JournalRecord): void {
    const { path } = record;
    if (record.type === 'model.request') this.#asked.set(path, { role: record.body.role, model: record.body.model });
    if (record.type !== 'model.response') return;
    const { role, model } = this.#asked.get(path) ?? { role: '', model: '' };
    this.#asked.delete(path);
    const { backend } = record.body;
    const start = { role, step: stepOf(path), model, backend, ...nothing };
    const key = JSON.stringify([start.step, role, model, backend]);
    this.#rows.set(key, sum(this.#rows.get(key) ?? start, record.body));
  }

  /** In the order in which they first appeared. */
  rows(): readonly UsageRow[] {
    return [...this.#rows.values()];
  }
}

const nothing = {
  turns: 0,
  failed: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  picos: null,
} as const;

function sum(row: UsageRow, { usage, error, picos }: JournalRecord<'model.response'>['body']): UsageRow {
  return {
    ...row,
    turns: row.turns + (error === null ? 1 : 0),
    failed: row.failed + (error === null ? 0 : 1),
    inputTokens: row.inputTokens + (usage?.inputTokens ?? 0),
    cachedTokens: row.cachedTokens + (usage?.cachedTokens ?? 0),
    outputTokens: row.outputTokens + (usage?.outputTokens ?? 0),
    reasoningTokens: row.reasoningTokens + (usage?.reasoningTokens ?? 0),
    picos: picos === undefined ? row.picos : Math.min((row.picos ?? 0) + picos, Number.MAX_SAFE_INTEGER),
  };
}

/** Only steps have an iteration. */
function stepOf(path: string): string {
  return parsePath(path)
    .filter(({ iteration }) => iteration !== null)
    .map(({ name }) => name)
    .join('/');
}
