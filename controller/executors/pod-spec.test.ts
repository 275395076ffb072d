import type { SessionTemplate } from '#crds';
import { describe, expect, it } from 'vitest';
import { buildSession, digest, launch } from '../../test/controller/builders.ts';
import { podOf, type PodSettings } from './pod-spec.ts';

const settings: PodSettings = {
  image: 'orket.dev/session:2',
  imagePullPolicy: 'IfNotPresent',
  gatewayUrl: 'https://gateway:8443',
  gatewayAuthority: 'PEM',
};

function pod(template: SessionTemplate = { maxAttempts: 3 }, session = buildSession()) {
  const start = { session, attempt: 2, bundle: digest('a'), launch, template, previousIsDead: true };
  const body = podOf(start, settings);
  const spec = JSON.parse(JSON.stringify(body['spec']));
  return { metadata: body.metadata, spec, container: spec.containers[0] };
}

describe('podOf', () => {
  it('is named after its Session and attempt, and goes with the Session', () => {
    const { metadata } = pod();
    expect(metadata).toMatchObject({ name: 'hello-abc-a2', namespace: 'team' });
    expect(metadata.ownerReferences).toEqual([
      {
        apiVersion: 'orket.dev/v1alpha1',
        kind: 'Session',
        name: 'hello-abc',
        uid: 'session-uid',
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
    expect(metadata.labels).toMatchObject({
      'orket.dev/session': 'hello-abc',
      'orket.dev/session-uid': 'session-uid',
      'orket.dev/attempt': '2',
    });
  });

  it('keeps to the restricted profile of Pod Security', () => {
    const { spec, container } = pod();
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(spec).toMatchObject({
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    });
    expect(spec).not.toHaveProperty('hostNetwork');
  });

  it('holds one token, for the gateway alone, and the certificate to know the gateway by', () => {
    const { spec, metadata } = pod();
    const [identity, ...rest] = spec.volumes;
    expect(identity.projected.sources).toEqual([
      { serviceAccountToken: { audience: 'orket-gateway', expirationSeconds: 3600, path: 'token' } },
      {
        downwardAPI: {
          items: [{ path: 'ca.crt', fieldRef: { fieldPath: "metadata.annotations['orket.dev/gateway-authority']" } }],
        },
      },
    ]);
    expect(metadata.annotations?.['orket.dev/gateway-authority']).toBe('PEM');
    expect(rest.every((volume: object) => 'emptyDir' in volume)).toBe(true);
  });

  it('says to the runtime where its Session is', () => {
    expect(pod().container.args.join(' ')).toBe(
      '--gateway https://gateway:8443 --token-file /var/run/orket/token --ca-file /var/run/orket/ca.crt --session session-uid --attempt 2',
    );
  });

  it('goes on with the image that the first attempt ran', () => {
    expect(pod().container.image).toBe('orket.dev/session:2');
    const begun = buildSession({ runtime: { image: 'orket.dev/session:1' } });
    expect(pod(undefined, begun).container.image).toBe('orket.dev/session:1');
  });

  it('always has limits, and takes those of the Flow', () => {
    expect(pod().container.resources).toEqual({
      requests: { cpu: '50m', memory: '128Mi' },
      limits: { cpu: '1', memory: '512Mi' },
    });
    const resources = { limits: { memory: '64Mi' }, requests: { cpu: 2 } };
    expect(pod({ maxAttempts: 1, resources }).container.resources).toEqual({
      requests: { cpu: 2, memory: '64Mi' },
      limits: { cpu: 2, memory: '64Mi' },
    });
  });

  it('adds labels and annotations of the Flow, and lets none of them take the place of ours', () => {
    const metadata = { labels: { team: 'green', 'orket.dev/attempt': '9' }, annotations: { note: 'x' } };
    const { labels, annotations } = pod({ maxAttempts: 1, metadata }).metadata;
    expect(labels).toMatchObject({ team: 'green', 'orket.dev/attempt': '2' });
    expect(annotations).toMatchObject({ note: 'x' });
  });
});
