import { canonicalJson, type JsonValue } from '#crds';
import { folderValues, readJournal, type JournalRecord } from '#runtime';

/** The whole result of an ended Session, of which its status holds the beginning; null where there is none. */
export async function readResult(dir: string): Promise<string | null> {
  const values = folderValues(dir);
  let ended: JournalRecord<'session.ended'> | null = null;
  for await (const { kind, record } of readJournal(dir)) {
    if (kind !== 'record') continue;
    values.add(record);
    if (record.type === 'session.ended') ended = record;
  }
  if (ended === null || ended.body.resultDigest === null) return null;
  return resultText(await values.read(ended.body.result, ended.body.resultDigest));
}

/** As a person reads it: a text as it is, the report of a role without an output schema by its summary. */
export function resultText(value: JsonValue): string {
  if (typeof value === 'string') return value;
  const isReport =
    typeof value === 'object' && value !== null && Object.keys(value).toSorted().join() === 'artifacts,summary';
  const summary = isReport && !Array.isArray(value) && 'summary' in value ? value['summary'] : null;
  return typeof summary === 'string' ? summary : canonicalJson(value);
}
