import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Approvals } from './drive.ts';
import { formats } from './output/print.ts';
import type { Terminal } from './terminal.ts';

/** The flags that say where a verb looks, named as kubectl names them. */
export function withTarget(command: Command): Command {
  return command
    .addOption(new Option('--state <dir>', 'local state, default .orket; means local'))
    .addOption(new Option('--context <name>', 'context of the kubeconfig; means the cluster'))
    .addOption(new Option('--kubeconfig <file>', 'kubeconfig; means the cluster'))
    .addOption(new Option('-n, --namespace <name>', 'namespace on the cluster, and of manifests that name none'));
}

export function withManifests(command: Command): Command {
  return command.addOption(new Option('-f, --filename <path...>', 'from manifests'));
}

export function withOutput(command: Command): Command {
  return command.addOption(new Option('-o, --output <format>', 'how to print').choices(formats).default('text'));
}

/** What becomes of gates on this machine. */
export interface GateFlags {
  readonly approvals?: Approvals;
  readonly parkAfter?: number;
}

export function withGates(command: Command): Command {
  return command
    .addOption(
      new Option('--approvals <how>', 'what to do at gates; default: ask on a terminal, else park').choices([
        'ask',
        'park',
      ]),
    )
    .addOption(
      new Option('--park-after <seconds>', 'how long a process that only waits for people stays; default 10').argParser(
        seconds,
      ),
    );
}

/** How a Session is driven, by these flags. */
export function gatesOf(
  { approvals, parkAfter }: GateFlags,
  { canAsk }: Terminal,
): { readonly approvals: Approvals; readonly parkAfterMs: number | null } {
  return {
    approvals: approvals ?? (canAsk ? 'ask' : 'park'),
    parkAfterMs: parkAfter === undefined ? null : Math.round(parkAfter * 1000),
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 86_400) return value;
  throw new InvalidArgumentError('a number of seconds, at most 86400');
}

/** Of a verb for Sessions of this machine. */
export function localFlags(command: Command): Command {
  return command.addOption(new Option('--state <dir>', 'local state, default .orket'));
}

export function noteOption(): Option {
  return new Option('--note <text>', 'why, for the record').default('', 'none');
}

export function resumeOption(): Option {
  return new Option('--no-resume', 'leave a Session that no process runs as it is, to go on later');
}

/** How `run` and `call` print a result. */
export function resultFormat(): Option {
  return new Option('-o, --output <format>', 'how to print the result')
    .choices(['text', 'json', 'yaml', 'name'])
    .default('text');
}

/** `k=v` pairs, collected. The value is JSON where it parses as such, else text. */
export function keyValue(pair: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = pair.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('KEY=VALUE');
  return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) };
}
