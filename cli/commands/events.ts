import { Option } from 'commander';
import { connect, SessionFolder } from '#controller';
import { followJournal, readJournal, type JournalRecord } from '#runtime';
import { exitCodes } from '../exit.ts';
import { withTarget } from '../flags.ts';
import { recordLine } from '../output/record.ts';
import { table } from '../output/table.ts';
import { targetOf, type TargetFlags } from '../target.ts';
import type { Terminal } from '../terminal.ts';
import { knownKind, missing } from './get.ts';
import type { Verb } from './verb.ts';

type EventsFormat = 'text' | 'json' | 'jsonl';

interface EventsFlags extends TargetFlags {
  readonly output: EventsFormat;
  readonly follow?: true;
}

export const events: Verb = (program, shell, run) => {
  const command = program
    .command('events')
    .argument('<session>', 'name of the Session')
    .summary('what happened, in order')
    .description('Prints the records of a Session from its journal; of a Session on a cluster its Kubernetes Events.');
  withTarget(command)
    .addOption(new Option('-f, --follow', 'go on as records are written, until the Session ends'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json', 'jsonl']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  orket events review-4k2v7zq3ab\n  orket events review-4k2v7zq3ab -f\n  orket events review-4k2v7zq3ab -o jsonl',
    )
    .action(async (name: string, flags: EventsFlags) =>
      run(async () => {
        const { terminal } = shell;
        const target = targetOf(flags, terminal, shell.plugin);
        if (target.type === 'cluster') return clusterEvents(name, await connect(target), flags.output, terminal);
        const folder = new SessionFolder(target.stateDir, name);
        await folder.readSession();
        const records =
          flags.follow === true ? followJournal(folder.path, { signal: terminal.signal }) : readJournal(folder.path);
        await print(records, flags.output, terminal);
        return exitCodes.succeeded;
      }),
    );
};

async function print(records: AsyncIterable<JournalRecord>, format: EventsFormat, terminal: Terminal): Promise<void> {
  const all: JournalRecord[] = [];
  for await (const record of records) {
    if (format === 'json') all.push(record);
    else terminal.answer(format === 'jsonl' ? JSON.stringify(record) : recordLine(record));
    if (record.type === 'session.ended') break;
  }
  if (format === 'json') terminal.answer(JSON.stringify(all, null, 2));
}

async function clusterEvents(
  name: string,
  cluster: Awaited<ReturnType<typeof connect>>,
  format: EventsFormat,
  terminal: Terminal,
): Promise<number> {
  const session = await cluster.get('Session', cluster.namespace, name);
  if (session === undefined) throw missing(knownKind('session'), name);
  const list = await cluster.events(session);
  if (format === 'json') terminal.answer(JSON.stringify(list, null, 2));
  else if (format === 'jsonl') for (const event of list) terminal.answer(JSON.stringify(event));
  else
    terminal.answer(
      table(
        ['TIME', 'TYPE', 'REASON', 'MESSAGE'],
        list.map(({ time, type, reason, message }) => [time, type, reason, message]),
      ),
    );
  return exitCodes.succeeded;
}
