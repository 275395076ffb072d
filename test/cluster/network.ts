import { writeFileSync } from 'node:fs';
import { runCommand } from './command.ts';
import { addresses, bridgeName } from './layout.ts';

/** Brings up the network of a new namespace: loopback and the bridge that carries the node's address and its pods. */
export async function makeNetwork(): Promise<void> {
  await runCommand('ip', ['link', 'set', 'lo', 'up']);
  await runCommand('ip', ['link', 'add', bridgeName, 'type', 'bridge']);
  await runCommand('ip', ['address', 'add', `${addresses.node}/24`, 'dev', bridgeName]);
  await runCommand('ip', ['link', 'set', bridgeName, 'up']);
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
}
