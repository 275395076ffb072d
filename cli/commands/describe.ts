import { connect, type Clock } from '#controller';
import type { KindInfo, Resource } from '#crds';
import { exitCodes } from '../exit.ts';
import { withTarget } from '../flags.ts';
import { describeObject, type EventLine } from '../output/describe.ts';
import { targetOf, type Target, type TargetFlags } from '../target.ts';
import { find, knownKind, missing } from './get.ts';
import type { Verb } from './verb.ts';

export const describe: Verb = (program, shell, run) => {
  const command = program
    .command('describe')
    .argument('<kind>', 'kind of the object')
    .argument('<name>', 'its name')
    .summary('one object in full')
    .description(
      'Shows one object: where it stands, its steps and artifacts, its conditions and, on a cluster, its Events.',
    );
  withTarget(command)
    .addHelpText('after', '\nExamples:\n  orket describe session hello-4k2v7zq3ab\n  kubectl orket describe flow hello')
    .action(async (kind: string, name: string, flags: TargetFlags) =>
      run(async () => {
        const info = knownKind(kind);
        const target = targetOf(flags, shell.terminal, shell.plugin);
        const { object, events } = await read(info, name, target, shell.clock);
        if (object === undefined) throw missing(info, name);
        shell.terminal.answer(describeObject(object, events));
        return exitCodes.succeeded;
      }),
    );
};

interface Read {
  readonly object: Resource | undefined;
  readonly events: readonly EventLine[];
}

async function read(info: KindInfo, name: string, target: Target, clock: Clock): Promise<Read> {
  if (target.type === 'local') return { object: (await find(info, name, target, {}, clock))[0], events: [] };
  const cluster = await connect({ ...target, clock });
  const object = await cluster.get(info.kind, cluster.namespace, name);
  return { object, events: object === undefined ? [] : await cluster.events(object) };
}
