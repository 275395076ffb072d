import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isJsonObject, type JsonValue } from '#crds';

/** Where a Session's folder says whose it is, beside its journal. */
const places = [
  ['session.yaml', 'metadata'],
  ['launch.json', 'session'],
] as const;

/** A Session has 1 MiB at most, with all its inputs. */
const readBytes = 1024 * 1024;

/**
 * The UID of the Session whose folder this is: from `session.yaml`, else from `launch.json`, never from the journal, which
 * is what it is compared with. Null where neither says.
 */
export async function sessionUid(folder: string): Promise<string | null> {
  for (const [file, field] of places) {
    const about = objectOf(await contentOf(join(folder, file)))[field];
    const uid = objectOf(about)['uid'];
    // It becomes a part of a path.
    if (typeof uid === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(uid)) return uid;
  }
  return null;
}

/** Null for what cannot be read, for whatever reason: the other place may say. */
async function contentOf(path: string): Promise<JsonValue> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    if (size > readBytes) return null;
    const content: JsonValue = parse(await file.readFile('utf8'), { maxAliasCount: 0, logLevel: 'error' });
    return content;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

function objectOf(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  return value !== undefined && isJsonObject(value) ? value : {};
}
