import { Option } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { OrketError } from '#crds';
import { exportFolder } from '#runtime';
import { exitCodes } from '../exit.ts';
import { expectWhole, openRecorded, type Recorded } from '../recorded.ts';
import type { Verb } from './verb.ts';

interface ExportFlags {
  readonly state?: string;
  readonly force?: true;
}

// `export` is no name for a variable.
export const exportVerb: Verb = (program, { terminal }, run) => {
  program
    .command('export')
    .argument('<session>', 'name of a Session, or the folder of one')
    .argument('<file>', 'the archive to write')
    .summary('write one portable archive')
    .description(
      'Writes a Session as one file that verify, replay, events and diff take, on any machine. The same Session gives the same bytes wherever it is exported. Prints their digest.',
    )
    .addOption(new Option('--force', 'replace a file that is there'))
    .addOption(new Option('--state <dir>', 'local state, default .orket'))
    .addHelpText('after', '\nExamples:\n  orket export review-4k2v7zq3ab review.orket\n  orket verify review.orket')
    .action(async (session: string, file: string, flags: ExportFlags) =>
      run(async () => {
        const to = resolve(terminal.cwd, file);
        if (flags.force !== true) expectNothingAt(to, file);
        const recorded = await openRecorded(session, flags, terminal);
        try {
          terminal.answer(`${await exported(recorded, to)}  ${file}`);
          return exitCodes.succeeded;
        } finally {
          await recorded.close();
        }
      }),
    );
};

function expectNothingAt(path: string, named: string): void {
  if (!existsSync(path)) return;
  throw new OrketError('Usage', 'there is something already', {
    at: named,
    expected: 'a name that is free',
    found: statSync(path).isDirectory() ? 'a folder' : 'a file',
    remedy: 'Choose another name, or replace a file with --force.',
  });
}

/** Only what is whole is passed on: an archive is what others go by. */
async function exported(recorded: Recorded, to: string): Promise<string> {
  const { kind, path } = recorded;
  if (kind === 'archive') throw new OrketError('Usage', 'this is an archive already', { at: path });
  const started = await expectWhole(recorded, 'exported');
  return (await exportFolder(path, started, to)).digest;
}
