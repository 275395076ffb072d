import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '../../crds/canonical/json.ts';
import { kinds } from '../../crds/generated/resources.ts';
import { kindInfo } from '../../crds/validate/kinds.ts';
import { MAX_FINDINGS, type Finding } from '../../crds/validate/finding.ts';
import { kindOf, type Text } from './parity-cases.ts';
import type { ApiClient, Verdict } from './parity-client.ts';

/** What we say of a manifest. */
export interface Judged {
  readonly value: JsonValue;
  readonly problems: readonly Finding[];
}

/** Refusals that come of where a manifest was sent, not of what is in it. */
const circumstances = ['the namespace of the provided object does not match'];

/** Creates an object under strict field validation and removes it again. */
export function create(api: ApiClient, namespace: string, manifest: JsonObject): Promise<Verdict> {
  return createIn(api, collectionPath(namespace, kindOf(manifest)), JSON.stringify(manifest), 'application/json');
}

/** The same with a text that is sent as it stands. */
export function createText(api: ApiClient, namespace: string, { text, type }: Text): Promise<Verdict> {
  const kind = kinds.find((name) => new RegExp(`kind"?: *"?${name}\\b`).test(text)) ?? 'Flow';
  return createIn(api, collectionPath(namespace, kind), text, type);
}

async function createIn(api: ApiClient, collection: string, text: string, type: Text['type']): Promise<Verdict> {
  const verdict = await api.send('POST', `${collection}?fieldValidation=Strict`, text, type);
  if (verdict.accepted) await remove(api, collection, verdict);
  return verdict;
}

/** Creates `old`, sends `value` in its place, and removes what is left. */
export async function update(api: ApiClient, namespace: string, old: JsonObject, value: JsonObject): Promise<Verdict> {
  const collection = collectionPath(namespace, kindOf(old));
  const created = await api.send('POST', `${collection}?fieldValidation=Strict`, JSON.stringify(old));
  if (!created.accepted) throw new Error(`the object before the update is refused: ${created.message}`);
  const { name, resourceVersion } = created.body.metadata ?? {};
  const metadata = { ...(value['metadata'] as JsonObject), resourceVersion: resourceVersion ?? '' };
  const body = JSON.stringify({ ...value, metadata });
  const verdict = await api.send('PUT', `${collection}/${name}?fieldValidation=Strict`, body);
  await remove(api, collection, created);
  return verdict;
}

/** In what the server and we disagree, or nothing. */
export function disagreement(verdict: Verdict, { problems, value }: Judged): string | undefined {
  if (circumstances.some((text) => verdict.message.includes(text))) return undefined;
  const refused = problems.length > 0;
  if (verdict.accepted && refused) return `we refuse what the server accepts: ${sentences(problems)}`;
  if (!verdict.accepted && !refused) return `we accept what the server refuses: ${verdict.status} ${verdict.message}`;
  if (verdict.accepted) return differentlyStored(verdict, value);
  const ours = fieldsNamed(problems);
  // Beyond our bound we name only some; and some decoding errors of the server name no field.
  if (problems.length > MAX_FINDINGS || verdict.fields.length === 0) return undefined;
  if (ours.join() === verdict.fields.join()) return undefined;
  return `the server names ${verdict.fields.join(' ')} (${verdict.message}), we name ${ours.join(' ')}`;
}

/** Defaults, dropped nulls and the forms of numbers have to come out the same. */
function differentlyStored({ body }: Verdict, value: JsonValue): string | undefined {
  const ours = isJsonObject(value) ? value['spec'] : undefined;
  if (isDeepStrictEqual(body['spec'], ours)) return undefined;
  return `the server stores ${JSON.stringify(body['spec'])}, we have ${JSON.stringify(ours)}`;
}

/** Our paths in the words of the server, which names no more of undecodable metadata than the field of a Go struct. */
export function fieldsNamed(problems: readonly Finding[]): readonly string[] {
  const named = problems.map(({ stage, reason, path }) =>
    stage === 'decode' && reason === 'WrongType' ? path.replace(/^(metadata\.\w+)[.[].*/, '$1') : path,
  );
  return [...new Set(named)].toSorted();
}

function sentences(problems: readonly Finding[]): string {
  return problems.map(({ path, message, expected, found }) => `${path} ${message} (${expected}; ${found})`).join(', ');
}

function collectionPath(namespace: string, kind: string): string {
  return `/apis/orket.dev/v1alpha1/namespaces/${namespace}/${kindInfo(kind)?.plural ?? kind}`;
}

async function remove(api: ApiClient, collection: string, { body }: Verdict): Promise<void> {
  const path = `${collection}/${body.metadata?.name ?? ''}`;
  if (body.metadata?.finalizers !== undefined) {
    const release = JSON.stringify({ metadata: { finalizers: null } });
    await api.send('PATCH', path, release, 'application/merge-patch+json');
  }
  const deleted = await api.send('DELETE', path);
  if (!deleted.accepted) throw new Error(`an object of the test could not be deleted: ${deleted.message}`);
}
