export interface PodOptions {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly memory?: string;
  readonly volumes?: readonly PodVolume[];
}

/** A volume and where it is mounted; the rest is what a pod's `volumes` takes, such as `emptyDir` or `projected`. */
interface PodVolume {
  readonly name: string;
  readonly mountPath: string;
  readonly source: Readonly<Record<string, unknown>>;
}

/** A Pod with one container that satisfies the restricted Pod Security profile and runs once. */
export function restrictedPod({ name, image, args = [], labels = {}, memory = '128Mi', volumes = [] }: PodOptions) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'main',
          image,
          imagePullPolicy: 'Never',
          args,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory } },
          volumeMounts: volumes.map((volume) => ({ name: volume.name, mountPath: volume.mountPath })),
        },
      ],
      volumes: volumes.map((volume) => ({ name: volume.name, ...volume.source })),
    },
  };
}
