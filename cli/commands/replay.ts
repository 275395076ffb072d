import { Option } from 'commander';
import { replay as replayRecording, type Replay } from '#runtime';
import { exitCodes } from '../exit.ts';
import { openRecorded } from '../recorded.ts';
import type { Verb } from './verb.ts';

interface ReplayFlags {
  readonly state?: string;
  readonly output: 'text' | 'json';
}

export const replay: Verb = (program, { terminal }, run) => {
  program
    .command('replay')
    .argument('<session>', 'name of a Session, the folder of one, or an archive')
    .summary('run it again from its journal alone')
    .description(
      'Runs a Session again with no model, no tool and no file: everything that follows from its journal is computed again and compared, to the state digest.',
    )
    .addOption(new Option('--state <dir>', 'local state, default .orket'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExamples:\n  orket replay review-4k2v7zq3ab\n  orket replay review.orket -o json')
    .action(async (session: string, flags: ReplayFlags) =>
      run(async () => {
        const recorded = await openRecorded(session, flags, terminal);
        try {
          const found = await replayRecording(await recorded.recording());
          terminal.answer(flags.output === 'json' ? JSON.stringify(found, null, 2) : text(found));
          return exitOf(found);
        } finally {
          await recorded.close();
        }
      }),
    );
};

function text(found: Replay): string {
  switch (found.verdict) {
    case 'same':
      return `same: the replay comes to the recorded state\nstate: ${found.stateDigest}`;
    case 'brokenOff':
      return `broken off${found.path === '' ? '' : ` at ${found.path}`}: the journal has no end, and is right up to there`;
    case 'diverged': {
      const { seq, path, field, expected, found: other } = found.divergence;
      const at = `record ${seq}${path === '' ? '' : ` at ${path}`}, ${field}`;
      return `diverged at ${at}\nthe journal has ${expected}\nthe replay has ${other}`;
    }
  }
}

/** Right as far as it goes is not the same: what was cut off cleanly looks so too. */
function exitOf({ verdict }: Replay): number {
  switch (verdict) {
    case 'same':
      return exitCodes.succeeded;
    case 'brokenOff':
      return exitCodes.failed;
    case 'diverged':
      return exitCodes.integrity;
  }
}
