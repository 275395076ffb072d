import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OrketError, type Bundle, type JsonObject } from '#crds';
import { readJournal, systemCode, tokensBySteps, usualTokens, type JournalRecord } from '#runtime';
import type { FlowKey } from './session-folder.ts';

/** Earlier Sessions of the Flow that are looked at, newest first, and bounds on looking for them. */
const mostSessions = 20;
const mostLookedAt = 500;
const mostBytes = 32 * 1024 * 1024;

/** Whether what is usual means anything to a bundle: reading journals takes time. */
export function needsHistory({ conductor }: Bundle): boolean {
  if (conductor?.heuristics?.tokenFactor !== undefined) return true;
  return conductor?.rules?.some(({ when }) => when.includes('tokenFactor')) ?? false;
}

/**
 * What earlier Sessions of a Flow used, from their journals below a folder: what heuristics compare with. A Session that
 * cannot be read is no reason for a new one not to start, and counts for nothing.
 */
export async function observeHistory(sessions: string, flow: FlowKey): Promise<JsonObject> {
  const found: ReadonlyMap<string, readonly number[]>[] = [];
  for (const folder of await newestFirst(sessions)) {
    if (found.length === mostSessions) break;
    const records = await recordsOf(folder, flow);
    if (records !== null) found.push(tokensBySteps(records));
  }
  return usualTokens(found);
}

/** The folders of Sessions that have a journal which is not too large, the one written last first. */
async function newestFirst(sessions: string): Promise<readonly string[]> {
  const names = await readdir(sessions).catch((error: unknown): string[] => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const dated: { readonly folder: string; readonly at: number }[] = [];
  for (const name of names.toSorted()) {
    const folder = join(sessions, name);
    const journal = await stat(join(folder, 'journal.jsonl')).catch(() => null);
    if (journal?.isFile() === true && journal.size <= mostBytes) dated.push({ folder, at: journal.mtimeMs });
  }
  return dated
    .toSorted((a, b) => b.at - a.at)
    .slice(0, mostLookedAt)
    .map(({ folder }) => folder);
}

function isOf(provenance: JsonObject, { namespace, name }: FlowKey): boolean {
  return provenance['flow'] === name && provenance['namespace'] === namespace;
}

/** The records of a Session of that Flow which has ended well; null for any other. */
async function recordsOf(folder: string, flow: FlowKey): Promise<readonly JournalRecord[] | null> {
  const records: JournalRecord[] = [];
  try {
    for await (const { kind, record } of readJournal(folder)) {
      if (kind !== 'record') continue;
      if (record.type === 'session.started' && !isOf(record.body.provenance, flow)) return null;
      records.push(record);
    }
  } catch (error) {
    if (error instanceof OrketError) return null;
    throw error;
  }
  const last = records.at(-1);
  return last?.type === 'session.ended' && last.body.status === 'succeeded' ? records : null;
}
