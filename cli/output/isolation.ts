import { isJsonObject, type JsonObject } from '#crds';

/** What to say where the hosts of a Session are less kept apart than by namespaces, null where there is nothing to say. */
export function weakIsolation({ hosts }: JsonObject): string | null {
  const isolation = isJsonObject(hosts) ? hosts['isolation'] : undefined;
  const kind = isJsonObject(isolation) ? isolation['kind'] : undefined;
  if (kind === 'none') return 'tool hosts run without isolation: here a tool of a Toolset can do what you can';
  if (kind === 'user')
    return 'tool hosts run as another user only: a tool of a Toolset has the network and public files';
  return null;
}
