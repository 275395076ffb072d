import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { checkManifests } from '../../crds/manifest/check.ts';
import { decodeManifest } from '../crds/decode-manifest.ts';
import { validateResource } from '../../crds/validate/validate.ts';
import { joinCluster } from '../cluster/cluster.ts';
import { namespaced } from '../cluster/namespaced.ts';
import { bases, cases, examples, kindOf, texts, type Case } from './parity-cases.ts';
import { apiClient, type ApiClient, type Verdict } from './parity-client.ts';
import { installCrds } from './parity-install.ts';
import { mutant } from './parity-mutants.ts';
import { Random } from './parity-random.ts';
import { create, createText, disagreement, fieldsNamed, update } from './parity.ts';

const SEED = Number(process.env['ORKET_SEED'] ?? 20_261_121);
const MUTANTS = Number(process.env['ORKET_MUTANTS'] ?? 3_000);
const CHANGED = Math.ceil(MUTANTS / 5);
const LANES = 8;
const WITHIN_MS = 60_000 + MUTANTS * 20;

const cluster = joinCluster(inject('clusterDir'));
let api: ApiClient;

beforeAll(async () => {
  api = await apiClient(inject('kubeconfig'), LANES);
  await installCrds(api);
});

afterAll(() => api.close());

describe('manifests of the corpus', () => {
  it('number at least 200, no two alike', () => {
    const creates = cases.filter(({ old }) => old === undefined).map(({ value }) => JSON.stringify(value));
    expect(creates.length).toBeGreaterThanOrEqual(200);
    expect(new Set(creates).size).toBe(creates.length);
  });

  it('get the same verdict and the same fields named as from the API server', async () => {
    const disagreements = await inLanes('parity corpus', cases, async (entry, namespace) => {
      const verdict = await judge(entry, namespace);
      const judged = validateResource(entry.value, entry.old === undefined ? {} : { old: entry.old });
      const found = surprise(entry, verdict, fieldsNamed(judged.problems)) ?? disagreement(verdict, judged);
      return found === undefined ? undefined : `${entry.title}: ${found}`;
    });
    expect(disagreements).toEqual([]);
  });
});

describe('manifests as texts', () => {
  it('are read as the API server reads them', async () => {
    const disagreements = await inLanes('parity texts', texts, async (entry, namespace) => {
      const verdict = await createText(api, namespace, entry);
      const loaded = decodeManifest(entry.file, entry.text);
      const { problems } = checkManifests(loaded);
      const value = validateResource(loaded.documents[0]?.value ?? null).value;
      if (verdict.accepted !== entry.accepted) return `${entry.file}: the index expects otherwise: ${verdict.message}`;
      if (entry.stricter !== undefined) return problems.length > 0 ? undefined : `${entry.file}: we are no stricter`;
      // Of what is no object yet the server names lines, and we name places in the file.
      const found = disagreement(
        { ...verdict, fields: loaded.problems.length > 0 ? [] : verdict.fields },
        { value, problems },
      );
      return found === undefined ? undefined : `${entry.file}: ${found}`;
    });
    expect(disagreements).toEqual([]);
  });
});

describe('mutants of valid manifests', () => {
  const manifests = [...bases.values(), ...examples];

  it(
    `get the same verdict and the same fields named (${MUTANTS} of seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      const mutants = Array.from({ length: MUTANTS }, (_, n) => mutant(at(manifests, n), random));
      let accepted = 0;
      const disagreements = await inLanes('parity mutants', mutants, async ({ change, value }, namespace) => {
        const verdict = await create(api, namespace, value);
        if (verdict.accepted) accepted += 1;
        const found = disagreement(verdict, validateResource(value));
        return found === undefined ? undefined : `${kindOf(value)}, ${change}: ${found}`;
      });
      expect(disagreements).toEqual([]);
      // Both verdicts have to occur often, or the comparison says little.
      expect(accepted).toBeGreaterThan(MUTANTS / 10);
      expect(accepted).toBeLessThan(MUTANTS / 2);
    },
    WITHIN_MS,
  );

  it(
    `get them as updates of the manifest they come from too (${CHANGED} of seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      const mutants = Array.from({ length: CHANGED }, (_, n) => {
        const old = at(manifests, n);
        return { old, ...mutant(old, random, 'spec') };
      });
      const disagreements = await inLanes('parity updates', mutants, async ({ old, change, value }, namespace) => {
        const found = disagreement(await update(api, namespace, old, value), validateResource(value, { old }));
        return found === undefined ? undefined : `${kindOf(value)}, ${change}: ${found}`;
      });
      expect(disagreements).toEqual([]);
    },
    WITHIN_MS,
  );
});

function judge({ value, old }: Case, namespace: string): Promise<Verdict> {
  return old === undefined ? create(api, namespace, value) : update(api, namespace, old, value);
}

/** How a verdict differs from what the case itself expects. */
function surprise({ accepted, names }: Case, verdict: Verdict, ours: readonly string[]): string | undefined {
  if (verdict.accepted !== accepted) return `the case expects otherwise: ${verdict.message || 'accepted'}`;
  if (ours.join() === [...names].toSorted().join()) return undefined;
  return `the case names ${names.join(' ')}, we name ${ours.join(' ')}`;
}

/** Works through the items in several namespaces at once, and gives what the work found. */
async function inLanes<T>(
  title: string,
  items: readonly T[],
  work: (item: T, namespace: string) => Promise<string | undefined>,
): Promise<readonly string[]> {
  const found: string[] = [];
  const left = items.values();
  const lane = async (namespace: string): Promise<void> => {
    for (const item of left) {
      const result = await work(item, namespace);
      if (result !== undefined) found.push(result);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, number) => namespaced(cluster, `${title} ${number}`, lane)));
  return found;
}

function at<T>(items: readonly T[], number: number): T {
  const item = items[number % items.length];
  if (item === undefined) throw new Error('there are no manifests');
  return item;
}
