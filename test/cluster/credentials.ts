import { readFileSync, writeFileSync } from 'node:fs';
import { ports, type Layout } from './layout.ts';
import { makeUsers, tokenFile, type User } from './users.ts';

/**
 * Writes the users' tokens for the API server and the kubeconfigs: for people inside and outside the namespaces, and
 * for each component. `outsidePort` is the forwarder's.
 */
export function writeCredentials(layout: Layout, outsidePort: number): void {
  const users = makeUsers();
  const authority = readFileSync(layout.certificate('ca'));
  const inside = `https://127.0.0.1:${ports.api}`;
  writeFileSync(layout.tokens, tokenFile(users));
  writeFileSync(layout.kubeconfig, makeKubeconfig(`https://127.0.0.1:${outsidePort}`, authority, users.people));
  writeFileSync(layout.insideKubeconfig, makeKubeconfig(inside, authority, users.people));
  for (const [component, user] of users.components) {
    writeFileSync(layout.componentKubeconfig(component), makeKubeconfig(inside, authority, [user]));
  }
}

/** A kubeconfig with one context per user, named after the user; the first user's is current. JSON is YAML. */
function makeKubeconfig(server: string, authority: Buffer, users: readonly User[]): string {
  const cluster = { server, 'certificate-authority-data': authority.toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'orket', cluster }],
    users: users.map(({ name, token }) => ({ name, user: { token } })),
    contexts: users.map(({ name }) => ({ name, context: { cluster: 'orket', user: name } })),
    'current-context': users[0]?.name,
  };
  return JSON.stringify(config, null, 2);
}
