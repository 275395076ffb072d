import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installCrds } from './parity-install.ts';
import { bases, cases, examples, kindOf } from './parity-cases.ts';
import { apiClient, type ApiClient } from './parity-client.ts';
import { mutant } from './parity-mutants.ts';
import { Random } from './parity-random.ts';
import { create, disagreement, fieldsNamed, update } from './parity.ts';
import { validateResource } from '../../crds/validate/validate.ts';

const SEED = Number(process.env['ORKET_SEED'] ?? 20_261_121);
const MUTANTS = Number(process.env['ORKET_MUTANTS'] ?? 3_000);
const LANES = 8;

let api: ApiClient;
const namespaces = Array.from({ length: LANES }, (_, lane) => `parity-${lane}`);

beforeAll(async () => {
  api = await apiClient(inject('kubeconfig'), LANES);
  await installCrds(api);
  for (const name of namespaces) await api.send('POST', '/api/v1/namespaces', JSON.stringify({ metadata: { name } }));
});

afterAll(async () => {
  for (const name of namespaces) await api.send('DELETE', `/api/v1/namespaces/${name}`);
  api.close();
});

describe('manifests of the corpus', () => {
  it('number at least 200, no two alike', () => {
    const creates = cases.filter(({ old }) => old === undefined);
    const distinct = new Set(creates.map(({ value }) => JSON.stringify(value)));
    expect(distinct.size).toBeGreaterThanOrEqual(200);
    expect(creates.length - distinct.size).toBe(0);
  });

  it('get the same verdict and the same fields named as from the API server', async () => {
    const disagreements = await inLanes(cases, async ({ title, value, old, accepted, names }, namespace) => {
      const verdict =
        old === undefined
          ? await create(api, namespace, kindOf(value), value)
          : await update(api, namespace, old, value);
      const { problems } = validateResource(value, old === undefined ? {} : { old });
      const ours = fieldsNamed(problems);
      if (verdict.accepted !== accepted)
        return `${title}: the case expects otherwise: ${verdict.message || 'accepted'}`;
      if (ours.join() !== [...names].toSorted().join())
        return `${title}: expected ${names.join()}, we name ${ours.join()}`;
      const found = disagreement(verdict, problems);
      return found === undefined ? undefined : `${title}: ${found}`;
    });
    expect(disagreements).toEqual([]);
  });
});

describe('mutants of valid manifests', () => {
  it(`get the same verdict and the same fields named (${MUTANTS} of seed ${SEED})`, async () => {
    const random = new Random(SEED);
    const manifests = [...bases.values(), ...examples];
    const mutants = Array.from({ length: MUTANTS }, (_, n) => {
      const base = manifests[n % manifests.length] ?? {};
      return { kind: kindOf(base), ...mutant(base, random) };
    });
    let acceptedCount = 0;
    const disagreements = await inLanes(mutants, async ({ kind, change, value }, namespace) => {
      const verdict = await create(api, namespace, kind, value);
      if (verdict.accepted) acceptedCount += 1;
      const found = disagreement(verdict, validateResource(value).problems);
      return found === undefined ? undefined : `${kind}, ${change}: ${found}`;
    });
    expect(disagreements).toEqual([]);
    // Both kinds of verdict have to occur often, or the comparison says little.
    expect(acceptedCount).toBeGreaterThan(MUTANTS / 10);
    expect(acceptedCount).toBeLessThan(MUTANTS / 2);
  });
});

/** Works through the items in several namespaces at once, and gives what the work found. */
async function inLanes<T>(
  items: readonly T[],
  work: (item: T, namespace: string) => Promise<string | undefined>,
): Promise<readonly string[]> {
  const found: string[] = [];
  const left = items.values();
  await Promise.all(
    namespaces.map(async (namespace) => {
      for (const item of left) {
        const result = await work(item, namespace);
        if (result !== undefined) found.push(result);
      }
    }),
  );
  return found;
}
