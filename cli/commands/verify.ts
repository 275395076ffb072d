import { InvalidArgumentError, Option } from 'commander';
import { counted } from '#crds';
import type { AnchorSet, Verification } from '#runtime';
import { exitCodes } from '../exit.ts';
import { openRecorded } from '../recorded.ts';
import type { Verb } from './verb.ts';

type Anchors = AnchorSet['anchors'];

interface VerifyFlags {
  readonly state?: string;
  readonly anchor: Anchors;
  readonly output: 'text' | 'json';
}

export const verify: Verb = (program, { terminal }, run) => {
  program
    .command('verify')
    .argument('<session>', 'name of a Session, the folder of one, or an archive')
    .summary('check chain, blobs, bundle, anchors')
    .description('Checks the journal of a finished or broken-off Session and says what was proven. Changes nothing.')
    .addOption(new Option('--state <dir>', 'local state, default .orket'))
    .addOption(
      new Option('--anchor <seq:head>', 'a place in the chain that was kept elsewhere; repeatable')
        .argParser(anchorOf)
        .default([], 'none'),
    )
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  orket verify review-4k2v7zq3ab\n  orket verify .orket/sessions/review-4k2v7zq3ab -o json\n  orket verify review.orket',
    )
    .action(async (session: string, flags: VerifyFlags) =>
      run(async () => {
        const recorded = await openRecorded(session, flags, terminal);
        try {
          const verification = await recorded.verify(flags.anchor);
          terminal.answer(flags.output === 'json' ? JSON.stringify(verification, null, 2) : text(verification));
          return verification.broken === null ? exitCodes.succeeded : exitCodes.integrity;
        } finally {
          await recorded.close();
        }
      }),
    );
};

function anchorOf(text: string, before: Anchors): Anchors {
  const match = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('SEQ:HEAD, as in the status of a Session');
  return [...before, { seq: Number(match[1]), head: match[2] ?? '' }];
}

function text(verification: Verification): string {
  const { records, blobs, bundle, artifacts, proven, anchoredSeq, broken, ended, tornBytes } = verification;
  if (broken !== null) {
    const { seq, field, expected, found } = broken;
    return `broken at record ${seq}, ${field}: expected ${expected}, found ${found}\n${counted(records, 'record follows', 'records follow')} one another`;
  }
  return [
    `${counted(records, 'record')} and ${counted(blobs.count, 'blob')} are whole`,
    `bundle: ${bundle}`,
    ...(artifacts === 0 ? [] : [`artifacts: ${counted(artifacts, 'copy is', 'copies are')} what was recorded`]),
    `proven: ${proven}${anchoredSeq === 0 ? '' : ` up to record ${anchoredSeq}`}`,
    ...(ended === null ? ['the Session has no end: it is running, parked or broken off, or its end was cut'] : []),
    ...(tornBytes === 0
      ? []
      : [
          `${counted(tornBytes, 'byte')} of a write that did not end ${tornBytes === 1 ? 'follows' : 'follow'} the last record`,
        ]),
  ].join('\n');
}
