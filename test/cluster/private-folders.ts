import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';

/** Folders of /var/lib that parts of a node write to whatever they are told. */
const ownState = ['kubelet', 'cni', 'containerd'];

/**
 * Gives this mount namespace its own /run, /var/log and state folders, so that nothing a node writes stays on the
 * machine and clusters side by side do not meet there. The rest of /var/lib stays visible.
 */
export async function makePrivateFolders(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  for (const name of ['machine-lib', 'lib', 'log']) mkdirSync(at(name), { recursive: true });
  await runCommand('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run']);
  await runCommand('mount', ['--bind', at('log'), '/var/log']);
  await runCommand('mount', ['--rbind', '/var/lib', at('machine-lib')]);
  for (const name of readdirSync(at('machine-lib'))) {
    if (!ownState.includes(name)) symlinkSync(join(at('machine-lib'), name), join(at('lib'), name));
  }
  for (const name of ownState) mkdirSync(join(at('lib'), name));
  await runCommand('mount', ['--bind', at('lib'), '/var/lib']);
}
