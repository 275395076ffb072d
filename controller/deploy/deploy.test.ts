import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { imageNames } from '../../scripts/image-files.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
  readonly spec?: { readonly template?: { readonly spec: PodSpec }; readonly replicas?: number };
}

interface PodSpec {
  readonly securityContext: object;
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly securityContext: object;
    readonly resources: object;
    readonly livenessProbe: object;
    readonly readinessProbe: object;
  }[];
}

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
const { resources }: { readonly resources: readonly string[] } = parse(read('kustomization.yaml'));
const manifests: readonly Manifest[] = resources.flatMap((file: string) =>
  parseAllDocuments(read(file)).map((document) => document.toJSON()),
);
const pods = manifests.flatMap(({ spec }) => spec?.template?.spec ?? []);

describe('the workloads of a cluster', () => {
  it('are all installed by the kustomization', () => {
    const files = readdirSync(import.meta.dirname).filter(
      (file) => file.endsWith('.yaml') && file !== 'kustomization.yaml',
    );
    expect([...resources].toSorted()).toEqual(files.toSorted());
  });

  it('run without any right of their own, with limits and probes', () => {
    expect(pods).toHaveLength(2);
    for (const { securityContext, containers } of pods) {
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container).toMatchObject({
          resources: { limits: { memory: '512Mi' } },
          livenessProbe: {},
          readinessProbe: {},
        });
      }
    }
  });

  it('name the images that the Dockerfile makes', () => {
    const named = pods.flatMap(({ containers }) => containers.flatMap(({ image, args }) => [image, ...args])).join(' ');
    for (const name of imageNames) expect(named).toContain(`orket.dev/${name}:dev`);
  });

  it('have one gateway, as journals are files of one volume', () => {
    expect(manifests.find(({ kind }) => kind === 'StatefulSet')?.spec?.replicas).toBe(1);
  });

  it('are given no right by a wildcard, to Secrets, or to enter pods', () => {
    const rules = manifests.flatMap((manifest) => manifest.rules ?? []);
    expect(rules.length).toBeGreaterThan(5);
    for (const { apiGroups, resources: what, verbs } of rules) {
      expect([...apiGroups, ...what, ...verbs]).not.toContain('*');
      for (const never of [
        'secrets',
        'pods/exec',
        'pods/attach',
        'pods/ephemeralcontainers',
        'serviceaccounts/token',
      ]) {
        expect(what).not.toContain(never);
      }
      for (const never of ['escalate', 'bind', 'impersonate', 'deletecollection']) expect(verbs).not.toContain(never);
    }
  });
});
