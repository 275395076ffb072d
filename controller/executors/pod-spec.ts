import type { FlowResources } from '#crds';
import { gatewayAudience } from '../gateway/identity.ts';
import type { KubeBody } from '../kube/client.ts';
import { attemptName } from '../reconcile/names.ts';
import type { AttemptStart } from '../reconcile/plan.ts';

/** What every session pod gets, whatever Session it runs. */
export interface PodSettings {
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** `https://HOST:PORT`. */
  readonly gatewayUrl: string;
  /** PEM of the authority of the gateway's certificate. */
  readonly gatewayAuthority: string;
}

export const sessionUidLabel = 'orket.dev/session-uid';
export const attemptLabel = 'orket.dev/attempt';
const authorityAnnotation = 'orket.dev/gateway-authority';

/** Below the volume's root, which belongs to the node and cannot be made anew. */
export const workspaceFolder = '/workspace/files';

const user = 65532;
const graceSeconds = 30;
const tokenSeconds = 3600;
const folders = { identity: '/var/run/orket', workspace: '/workspace', tmp: '/tmp' } as const;
const defaults: Required<FlowResources> = {
  requests: { cpu: '50m', memory: '128Mi' },
  limits: { cpu: '1', memory: '512Mi' },
};

/**
 * The pod of one attempt under the restricted profile of Pod Security: its image once, no right on the API server, a token
 * that only the gateway takes, and the certificate to know the gateway by.
 */
export function podOf(start: AttemptStart, settings: PodSettings): KubeBody {
  const { session, attempt, template } = start;
  const { name, namespace = '', uid = '' } = session.metadata;
  return {
    metadata: {
      name: attemptName(name, attempt),
      namespace,
      labels: {
        ...template.metadata?.labels,
        'app.kubernetes.io/name': 'orket-session',
        'app.kubernetes.io/managed-by': 'orket',
        'orket.dev/session': name,
        [sessionUidLabel]: uid,
        [attemptLabel]: String(attempt),
      },
      annotations: { ...template.metadata?.annotations, [authorityAnnotation]: settings.gatewayAuthority },
      ownerReferences: [
        { apiVersion: session.apiVersion, kind: session.kind, name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: graceSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [containerOf(start, settings)],
      volumes: [
        { name: 'identity', projected: { defaultMode: 0o440, sources: identitySources() } },
        { name: 'workspace', emptyDir: {} },
        { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
      ],
    },
  };
}

function containerOf({ session, attempt, template }: AttemptStart, settings: PodSettings): object {
  return {
    name: 'session',
    // A Session keeps for its life the image that its first attempt ran.
    image: session.status.runtime?.image ?? settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    args: Object.entries({
      '--gateway': settings.gatewayUrl,
      '--token-file': `${folders.identity}/token`,
      '--ca-file': `${folders.identity}/ca.crt`,
      '--session': session.metadata.uid ?? '',
      '--attempt': String(attempt),
    }).flat(),
    env: [
      { name: 'HOME', value: folders.tmp },
      { name: 'TMPDIR', value: folders.tmp },
    ],
    resources: resourcesOf(template.resources),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [
      { name: 'identity', mountPath: folders.identity, readOnly: true },
      { name: 'workspace', mountPath: folders.workspace },
      { name: 'tmp', mountPath: folders.tmp },
    ],
  };
}

function identitySources(): readonly object[] {
  const authority = { path: 'ca.crt', fieldRef: { fieldPath: `metadata.annotations['${authorityAnnotation}']` } };
  return [
    { serviceAccountToken: { audience: gatewayAudience, expirationSeconds: tokenSeconds, path: 'token' } },
    { downwardAPI: { items: [authority] } },
  ];
}

/** A pod without limits could take its node down. Where a Flow says one of limit and request only, both are that. */
function resourcesOf({ requests = {}, limits = {} }: FlowResources = {}): FlowResources {
  return {
    requests: { ...defaults.requests, ...limits, ...requests },
    limits: { ...defaults.limits, ...requests, ...limits },
  };
}
