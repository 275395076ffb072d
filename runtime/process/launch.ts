import { isJsonObject, OrketError, type JsonObject, type JsonValue } from '#crds';
import type { Launch, PolicyPlace, VenueLimits } from '../launch.ts';

/** Reads `launch.json`. Throws `InvalidManifest` with the place where it is not one. */
export function readLaunch(value: JsonValue): Launch {
  const launch = objectAt(value, 'launch');
  if (launch['launchVersion'] !== 1) throw wrong('launchVersion', '1');
  const session = objectAt(launch['session'], 'session');
  const spaces = objectAt(launch['spaces'], 'spaces');
  const { observed, policies, apiKeys, toolFolders, venueLimits } = launch;
  return {
    launchVersion: 1,
    session: { name: textAt(session['name'], 'session.name'), uid: textAt(session['uid'], 'session.uid') },
    provenance: objectAt(launch['provenance'], 'provenance'),
    ...(observed === undefined ? {} : { observed: objectAt(observed, 'observed') }),
    spaces: {
      workspace: textAt(spaces['workspace'], 'spaces.workspace'),
      domain: textOrNull(spaces['domain'], 'spaces.domain'),
      references: textsAt(spaces['references'], 'spaces.references'),
    },
    ...(policies === undefined ? {} : { policies: placeAt(objectAt(policies, 'policies')) }),
    modelFiles: textsAt(launch['modelFiles'], 'modelFiles'),
    ...(toolFolders === undefined ? {} : { toolFolders: textsAt(toolFolders, 'toolFolders') }),
    ...(apiKeys === undefined ? {} : { apiKeys: textsAt(apiKeys, 'apiKeys') }),
    ...(venueLimits === undefined ? {} : { venueLimits: limitsAt(objectAt(venueLimits, 'venueLimits')) }),
  };
}

function placeAt({ manifests, namespace, labels }: JsonObject): PolicyPlace {
  return {
    manifests: textAt(manifests, 'policies.manifests'),
    namespace: textAt(namespace, 'policies.namespace'),
    labels: labelsAt(objectAt(labels, 'policies.labels')),
  };
}

/** A label may be empty. */
function labelsAt(labels: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => {
      if (typeof value === 'string') return [key, value];
      throw wrong(`policies.labels.${key}`, 'a text');
    }),
  );
}

function limitsAt(limits: JsonObject): VenueLimits {
  const limit = (name: keyof VenueLimits): VenueLimits => {
    const value = limits[name];
    if (value === undefined) return {};
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return { [name]: value };
    throw wrong(`venueLimits.${name}`, 'a whole number from 1');
  };
  return { ...limit('concurrency'), ...limit('requestsPerMinute'), ...limit('tokensPerMinute') };
}

function objectAt(value: JsonValue | undefined, at: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw wrong(at, 'an object');
}

function textAt(value: JsonValue | undefined, at: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(at, 'a text');
}

function textOrNull(value: JsonValue | undefined, at: string): string | null {
  return value === null || value === undefined ? null : textAt(value, at);
}

function textsAt(value: JsonValue | undefined, at: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectAt(value ?? {}, at)).map(([key, text]) => [key, textAt(text, `${at}.${key}`)]),
  );
}

function wrong(at: string, expected: string): OrketError {
  return new OrketError('InvalidManifest', 'the launch of the Session cannot be read', { at, expected });
}
