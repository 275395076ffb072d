import { OrketError } from '#crds';
import { refusal } from './client.ts';
import { linesOf } from './lines.ts';
import type { KubeObject } from './resource.ts';
import type { KubeAnswer } from './transport.ts';

/** What a watch says: an object as it is now, one that is gone, or only how far we are. */
export type WatchEvent<T> =
  | { readonly type: 'changed' | 'gone'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string };

const lineCharacters = 8 * 1024 * 1024;

/**
 * The events of an open watch, until the server ends it in order. Throws `Expired` where the version is too old and
 * `ClusterUnreachable` for silence longer than `silenceMs`, a broken connection, or a line that is no event: what came
 * before it counts, what comes next is asked for again from there.
 */
export async function* watchEvents<T extends KubeObject>(
  answer: KubeAnswer,
  path: string,
  silenceMs: number,
): AsyncGenerator<WatchEvent<T>> {
  try {
    for await (const line of linesOf(answer, silenceMs, lineCharacters)) {
      if (line !== '') yield parseEvent<T>(line, path);
    }
  } catch (error) {
    if (error instanceof OrketError) throw error;
    throw broken(path, error instanceof Error ? error.message : 'a broken stream', error);
  }
}

function parseEvent<T extends KubeObject>(line: string, path: string): WatchEvent<T> {
  const event = parseLine(line, path);
  const { type, object } = event;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'changed', object: object as T };
    case 'DELETED':
      return { type: 'gone', object: object as T };
    case 'BOOKMARK':
      return { type: 'bookmark', resourceVersion: object.metadata.resourceVersion ?? '' };
    case 'ERROR':
      throw refusal({ method: 'GET', path }, Number(Object(object).code), object);
    default:
      throw broken(path, `an event of type ${type.slice(0, 40)}`);
  }
}

function parseLine(line: string, path: string): { readonly type: string; readonly object: KubeObject } {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (error) {
    throw broken(path, 'a line that is no JSON', error);
  }
  if (isEvent(event)) return event;
  throw broken(path, 'a line that is no event');
}

function isEvent(value: unknown): value is { readonly type: string; readonly object: KubeObject } {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('object' in value)) return false;
  const { type, object } = value;
  if (typeof type !== 'string' || typeof object !== 'object' || object === null) return false;
  return type === 'ERROR' || ('metadata' in object && typeof object.metadata === 'object' && object.metadata !== null);
}

function broken(path: string, found: string, cause?: unknown): OrketError {
  return new OrketError(
    'ClusterUnreachable',
    'a watch broke off',
    { at: path, expected: 'whole events', found },
    cause,
  );
}
