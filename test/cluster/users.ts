import { randomBytes } from 'node:crypto';
import { nodeName } from './layout.ts';

/** Somebody whom the API server knows by a token. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly token: string;
}

/** People that tests act as; each is a context of the kubeconfig. Only admin may do anything before a test binds a role. */
const people: Readonly<Record<string, readonly string[]>> = {
  admin: ['system:masters'],
  alice: ['dev'],
  bob: ['dev'],
  carol: [],
};

/** The user name of each part of Kubernetes, as its built-in roles expect them. */
const components: Readonly<Record<Component, { readonly user: string; readonly groups: readonly string[] }>> = {
  'controller-manager': { user: 'system:kube-controller-manager', groups: [] },
  scheduler: { user: 'system:kube-scheduler', groups: [] },
  kubelet: { user: `system:node:${nodeName}`, groups: ['system:nodes'] },
  proxy: { user: 'system:kube-proxy', groups: [] },
  dns: { user: 'system:coredns', groups: [] },
};

type Component = 'controller-manager' | 'scheduler' | 'kubelet' | 'proxy' | 'dns';

export interface Users {
  readonly people: readonly User[];
  readonly components: ReadonlyMap<Component, User>;
}

/** Everybody, with fresh tokens: the forwarded port is open to every process of this machine. */
export function makeUsers(): Users {
  const names = Object.keys(components) as Component[];
  return {
    people: Object.entries(people).map(([name, groups]) => makeUser(name, groups)),
    components: new Map(names.map((name) => [name, makeUser(components[name].user, components[name].groups)])),
  };
}

/** The file that --token-auth-file reads. */
export function tokenFile(users: Users): string {
  const everybody = [...users.people, ...users.components.values()];
  return everybody
    .map(({ token, name, groups }) => `${[token, name, name, ...groupColumn(groups)].join(',')}\n`)
    .join('');
}

/** An empty column would mean a group with an empty name. */
function groupColumn(groups: readonly string[]): readonly string[] {
  return groups.length > 0 ? [`"${groups.join(',')}"`] : [];
}

function makeUser(name: string, groups: readonly string[]): User {
  return { name, groups, token: randomBytes(24).toString('hex') };
}
