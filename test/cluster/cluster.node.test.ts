import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinCluster } from './cluster.ts';
import { packImage } from './image.ts';
import { namespaced } from './namespaced.ts';
import { nodeFiles, nodePath } from './node-files.ts';
import { restrictedPod, type PodOptions } from './pod.ts';

// Runs inside the namespaces of a cluster of size node. The image holds Node and its libraries, and no shell.
const image = 'orket.dev/cluster-test:1';
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orket-cluster-test-'));
  const archive = join(folder, 'image.tar');
  packImage({ ref: image, out: archive, files: await nodeFiles(), entrypoint: [nodePath, '--eval'] });
  await joinCluster().importImage(archive);
});

interface Surroundings {
  readonly namespace: string;
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly apply: (object: unknown) => Promise<string>;
  /** Returns the created object as JSON. */
  readonly create: (object: unknown) => Promise<string>;
  /** Runs a restricted pod to its end and returns what it said; throws unless it succeeds. */
  readonly run: (pod: Omit<PodOptions, 'image'>) => Promise<string>;
}

function inNamespace(title: string, work: (surroundings: Surroundings) => Promise<void>): Promise<void> {
  const cluster = joinCluster();
  return namespaced(cluster, title, async (namespace) => {
    const kubectl = (...args: readonly string[]) => cluster.kubectl(['--namespace', namespace, ...args]);
    const send = (object: unknown, ...args: readonly string[]) =>
      cluster.kubectl(['--namespace', namespace, ...args, '-f', '-'], { input: JSON.stringify(object) });
    const apply = (object: unknown) => send(object, 'apply');
    const run = async (pod: Omit<PodOptions, 'image'>) => {
      await apply(restrictedPod({ ...pod, image }));
      await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${pod.name}`, '--timeout=120s');
      return kubectl('logs', pod.name);
    };
    await work({ namespace, kubectl, apply, create: (object) => send(object, 'create', '-o', 'json'), run });
  });
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('runs a pod under the restricted profile, and kubectl logs reads what it says', async () => {
  await inNamespace('restricted', async ({ kubectl, run, namespace }) => {
    await kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
    const script = `
      let root = 'writable';
      try { fs.writeFileSync('/file', ''); } catch (error) { root = error.code; }
      const own = (field) => Number('0x' + new RegExp(field + ':\\\\s*(\\\\w+)').exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
      const limits = { capabilities: own('CapEff'), noNewPrivileges: own('NoNewPrivs'), seccomp: own('Seccomp') };
      console.log(JSON.stringify({ uid: process.getuid(), root, ...limits }));`;

    expect(JSON.parse(await run({ name: 'pod', args: [script] }))).toEqual({
      uid: 65532,
      root: 'EROFS',
      capabilities: 0,
      noNewPrivileges: 1,
      seccomp: 2,
    });
  });
});

test('runs a command in a running pod with kubectl exec', async () => {
  await inNamespace('exec', async ({ kubectl, apply }) => {
    await apply(restrictedPod({ name: 'pod', image, args: ['setInterval(() => {}, 1000)'] }));
    await kubectl('wait', '--for=condition=Ready', 'pod/pod', '--timeout=120s');

    expect(await kubectl('exec', 'pod', '--', nodePath, '--print', '6 * 7')).toBe('42\n');
  });
});

test('reports a pod that takes more memory than its limit as OOMKilled with exit code 137', async () => {
  await inNamespace('memory', async ({ kubectl, apply }) => {
    const script = 'const all = []; for (;;) all.push(Buffer.alloc(8 * 1024 * 1024, 1));';
    await apply(restrictedPod({ name: 'pod', image, args: [script], memory: '96Mi' }));
    await kubectl('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/pod', '--timeout=120s');
    const path = '-o=jsonpath={.status.containerStatuses[0].state.terminated}';

    expect(JSON.parse(await kubectl('get', 'pod', 'pod', path))).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
  });
});

test("reaches another pod's Service by name, and the API server's with the cluster's certificate authority", async () => {
  await inNamespace('services', async ({ kubectl, apply, run }) => {
    const server = `http.createServer((request, response) => response.end('served')).listen(8080)`;
    await apply(restrictedPod({ name: 'server', image, args: [server], labels: { app: 'server' } }));
    await kubectl('expose', 'pod', 'server', '--name=web', '--port=80', '--target-port=8080');
    await kubectl('wait', '--for=condition=Ready', 'pod/server', '--timeout=120s');
    await kubectl(
      'wait',
      '--for=jsonpath={.endpoints[0].conditions.ready}=true',
      'endpointslice',
      '-l=kubernetes.io/service-name=web',
    );
    const client = `
      const get = (url, options) => new Promise((resolve, reject) => {
        (url.startsWith('https') ? https : http).get(url, options, async (answer) => {
          let text = '';
          for await (const chunk of answer) text += chunk;
          resolve({ status: answer.statusCode, text });
        }).on('error', reject);
      });
      const ca = fs.readFileSync('${serviceAccount}/ca.crt');
      const authorization = 'Bearer ' + fs.readFileSync('${serviceAccount}/token', 'utf8');
      // Rules for a new Service reach the node a moment after its endpoints exist.
      let web;
      for (let tries = 0; !web && tries < 100; tries++) {
        web = await get('http://web', {}).catch(() => new Promise((resolve) => setTimeout(resolve, 100)));
      }
      const api = await get('https://kubernetes.default.svc/version', { ca, headers: { authorization } });
      console.log(JSON.stringify({ web: web?.text, api: [api.status, JSON.parse(api.text).major] }));`;

    const said = await run({ name: 'client', args: [`(async () => {${client}})()`] });
    expect(JSON.parse(said)).toEqual({ web: 'served', api: [200, '1'] });
  });
});

test('binds a claim to a hostPath volume, which keeps a file from one pod to the next', async () => {
  await inNamespace('volumes', async ({ kubectl, apply, run, namespace }) => {
    const path = mkdtempSync(join(folder, 'volume-'));
    chownSync(path, 65532, 65532);
    const shared = { accessModes: ['ReadWriteOnce'], storageClassName: '' };
    const name = namespace;
    await apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { ...shared, capacity: { storage: '1Mi' }, hostPath: { path }, claimRef: { namespace, name: 'claim' } },
    });
    await apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'claim' },
      spec: { ...shared, volumeName: name, resources: { requests: { storage: '1Mi' } } },
    });
    await kubectl('wait', '--for=jsonpath={.status.phase}=Bound', 'persistentvolumeclaim/claim', '--timeout=60s');
    const volumes = [{ name: 'kept', mountPath: '/kept', source: { persistentVolumeClaim: { claimName: 'claim' } } }];

    await run({ name: 'writer', volumes, args: [`fs.writeFileSync('/kept/note', 'still here')`] });
    expect(await run({ name: 'reader', volumes, args: [`console.log(fs.readFileSync('/kept/note', 'utf8'))`] })).toBe(
      'still here\n',
    );
    expect(readFileSync(join(path, 'note'), 'utf8')).toBe('still here');
    await kubectl('delete', 'persistentvolume', name, '--wait=false');
  });
});

test('accepts a projected token for its audience and refuses it for another', async () => {
  await inNamespace('tokens', async ({ create, run }) => {
    const source = {
      projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'gateway', expirationSeconds: 600 } }] },
    };
    const volumes = [{ name: 'token', mountPath: '/token', source }];
    const token = await run({ name: 'pod', volumes, args: [`process.stdout.write(fs.readFileSync('/token/token'))`] });
    const review = async (audience: string) => {
      const body = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, audiences: [audience] },
      };
      return JSON.parse(await create(body)).status;
    };

    expect(await review('gateway')).toMatchObject({ authenticated: true, audiences: ['gateway'] });
    expect((await review('another')).authenticated).not.toBe(true);
  });
});
