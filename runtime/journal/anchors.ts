import fs from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '#crds';
import { isCode } from './file-ops.ts';
import { isObject } from './shape.ts';
import type { Anchor } from './store.ts';

const maxBytes = 16 * 1024 * 1024;

/**
 * Adds an anchor to `anchors.jsonl` in `dir`, made if absent. Not synced: an anchor may lag behind the journal, and a
 * line that a crash tore is no anchor.
 */
export function appendAnchor(dir: string, anchor: Anchor): void {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const line = canonicalJson({ head: anchor.head, seq: anchor.seq });
  // A newline on both sides keeps a torn line apart from this one.
  fs.appendFileSync(join(dir, 'anchors.jsonl'), `\n${line}\n`, { mode: 0o600 });
}

/** The anchors in `dir`, in the order they were written; none where there is no file. Lines that are none are skipped. */
export async function readAnchors(dir: string): Promise<readonly Anchor[]> {
  return anchorsIn(textOf(join(dir, 'anchors.jsonl')));
}

/** The anchors of a text, one a line. Lines that are none are skipped. */
function anchorsIn(text: string): readonly Anchor[] {
  return text.split('\n').flatMap((line) => {
    const anchor = anchorOf(line);
    return anchor === null ? [] : [anchor];
  });
}

function anchorOf(line: string): Anchor | null {
  if (line === '') return null;
  try {
    const value: unknown = JSON.parse(line);
    if (!isObject(value)) return null;
    const { seq, head } = value;
    if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return null;
    return typeof head === 'string' && /^[0-9a-f]{64}$/.test(head) ? { seq, head } : null;
  } catch {
    return null;
  }
}

function textOf(path: string): string {
  try {
    const bytes = fs.readFileSync(path);
    return bytes.subarray(-maxBytes).toString('utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return '';
    throw error;
  }
}
