import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kindInfos } from '../../crds/validate/kinds.ts';
import type { ApiClient } from './parity-client.ts';

const crds = join(import.meta.dirname, '..', '..', 'crds');
const WITHIN_MS = 30_000;

interface Conditioned {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Installs the CRDs as they are in the checkout and waits until each is served. Gives their conditions by name. */
export async function installCrds(api: ApiClient): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = readdirSync(crds)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted();
  const installed = new Map<string, readonly string[]>();
  for (const file of files) {
    const name = `${file.replace(/^orket\.dev_|\.yaml$/g, '')}.orket.dev`;
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    const text = readFileSync(join(crds, file), 'utf8');
    const query = '?fieldManager=orket-test&force=true&fieldValidation=Strict';
    const verdict = await api.send('PATCH', `${path}${query}`, text, 'application/apply-patch+yaml');
    if (!verdict.accepted) throw new Error(`${file}: ${verdict.message}`);
    installed.set(name, await established(api, path));
  }
  await inForce(api);
  return installed;
}

/** Waits until changed CRDs are in force: writes are judged by, and lists come from, a storage made a moment later. */
export async function inForce(api: ApiClient): Promise<void> {
  await sleep(1_000);
  const deadline = Date.now() + WITHIN_MS;
  for (const { apiVersion, plural } of kindInfos) {
    for (;;) {
      const { accepted, message } = await api.send('GET', `/apis/${apiVersion}/${plural}?limit=1`);
      if (accepted) break;
      if (Date.now() > deadline) throw new Error(`${plural} are not served in ${WITHIN_MS} ms: ${message}`);
      await sleep(50);
    }
  }
}

async function established(api: ApiClient, path: string): Promise<readonly string[]> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const { body } = await api.send('GET', path);
    const conditions = ((body as Conditioned).status?.conditions ?? []).filter(({ status }) => status === 'True');
    const types = conditions.map(({ type }) => type).toSorted();
    if (types.includes('Established')) return types;
    if (Date.now() > deadline) throw new Error(`${path}: not established in ${WITHIN_MS} ms, found ${types.join()}`);
    await sleep(50);
  }
}
