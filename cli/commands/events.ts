import { Option } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { connect, SessionFolder } from '#controller';
import { openArchive, readJournal, recordsOf, type ReadRecord } from '#runtime';
import { exitCodes } from '../exit.ts';
import { withTarget } from '../flags.ts';
import { RecordLines } from '../output/record.ts';
import { table } from '../output/table.ts';
import { sessionNameOf } from '../session-name.ts';
import { targetOf, type TargetFlags } from '../target.ts';
import type { Terminal } from '../terminal.ts';
import { followJournal } from '../follow.ts';
import { knownKind, missing } from '../objects.ts';
import type { Verb } from './verb.ts';

type EventsFormat = 'text' | 'json' | 'jsonl';

interface EventsFlags extends TargetFlags {
  readonly output: EventsFormat;
  readonly follow?: true;
}

export const events: Verb = (program, shell, run) => {
  const command = program
    .command('events')
    .argument('<session>', 'name of the Session, or an archive')
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
        if (isFile(resolve(terminal.cwd, name)))
          return archiveEvents(resolve(terminal.cwd, name), flags.output, terminal);
        const target = targetOf(flags, terminal, shell.plugin);
        if (target.type === 'cluster')
          return clusterEvents(
            sessionNameOf(name),
            await connect({ ...target, clock: shell.clock }),
            flags.output,
            terminal,
          );
        const folder = new SessionFolder(target.stateDir, sessionNameOf(name));
        // The journal alone is the truth: only where it is missing is it asked whether there is such a Session.
        if (!existsSync(folder.journal)) await folder.readSession();
        const records = flags.follow === true ? followJournal(folder, terminal.signal) : readJournal(folder.path);
        await print(records, flags.output, terminal);
        return exitCodes.succeeded;
      }),
    );
};

/** An archive does not grow: following it is reading it. */
async function archiveEvents(path: string, format: EventsFormat, terminal: Terminal): Promise<number> {
  const archive = await openArchive(path);
  try {
    await print(recordsOf(archive.source), format, terminal);
    return exitCodes.succeeded;
  } finally {
    await archive.close();
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

async function print(records: AsyncIterable<ReadRecord>, format: EventsFormat, terminal: Terminal): Promise<void> {
  const all: ReadRecord['record'][] = [];
  const lines = new RecordLines();
  for await (const read of records) {
    if (format === 'json') all.push(read.record);
    else if (format === 'jsonl') terminal.answer(JSON.stringify(read.record));
    else terminal.answer(read.kind === 'record' ? lines.of(read.record) : lines.foreign(read.record));
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
