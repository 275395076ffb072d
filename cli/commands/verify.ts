import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { OrketError, parseJson, type JsonValue } from '#crds';
import { anchorFolder, SessionFolder } from '#controller';
import { readAnchors, verifyJournal, type Verification } from '#runtime';
import { exitCodes } from '../exit.ts';
import { sessionUid } from '../session-uid.ts';
import { stateDirOf } from '../target.ts';
import type { Verb } from './verb.ts';

interface VerifyFlags {
  readonly state?: string;
  readonly output: 'text' | 'json';
}

export const verify: Verb = (program, { terminal }, run) => {
  program
    .command('verify')
    .argument('<session>', 'name of a Session, or the folder of one')
    .summary('check chain, blobs and bundle digest')
    .description('Checks the journal of a finished or broken-off Session and says what was proven. Changes nothing.')
    .addOption(new Option('--state <dir>', 'local state, default .orket'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  orket verify review-4k2v7zq3ab\n  orket verify .orket/sessions/review-4k2v7zq3ab -o json',
    )
    .action(async (session: string, flags: VerifyFlags) =>
      run(async () => {
        const stateDir = stateDirOf(flags, terminal);
        const path = session.includes('/') ? resolve(terminal.cwd, session) : new SessionFolder(stateDir, session).path;
        if (!existsSync(join(path, 'journal.jsonl'))) throw noJournal(path);
        const verification = await check(path, anchorFolder(terminal.environment));
        terminal.answer(flags.output === 'json' ? JSON.stringify(verification, null, 2) : text(verification));
        return verification.broken === null ? exitCodes.succeeded : exitCodes.integrity;
      }),
    );
};

async function check(path: string, anchors: string): Promise<Verification> {
  const bundle = join(path, 'bundle.json');
  const uid = await sessionUid(path);
  const verification = await verifyJournal({
    from: path,
    ...(existsSync(bundle) ? { bundle: await readBundleFile(bundle) } : {}),
    ...(uid === null ? {} : { anchors: [{ where: 'this machine', anchors: await readAnchors(join(anchors, uid)) }] }),
  });
  return uid === null ? verification : ofSession(verification, uid);
}

/** A whole journal of another Session is none of this one: its anchors would be another's too. */
function ofSession(verification: Verification, uid: string): Verification {
  const { broken, started } = verification;
  if (broken !== null || started === null || started.uid === uid) return verification;
  const found = JSON.stringify(started.uid);
  const difference = { seq: 1, field: 'body.uid', expected: `"${uid}", as the folder of the Session says`, found };
  return { ...verification, proven: 'nothing', anchoredSeq: 0, bundle: 'not compared', broken: difference };
}

/** As it stands there: whether it is the one that the Session ran is for its digest to say. */
async function readBundleFile(path: string): Promise<JsonValue> {
  try {
    return parseJson(await readFile(path, 'utf8'));
  } catch (cause) {
    const found = cause instanceof OrketError ? cause.summary : 'a file that cannot be read';
    const detail = { at: path, expected: 'the bundle that the Session ran, as canonical JSON', found };
    throw new OrketError('BundleMismatch', 'the bundle cannot be read', detail, cause);
  }
}

function noJournal(path: string): OrketError {
  return new OrketError('NotFound', 'there is no journal', {
    at: path,
    expected: 'a folder of a Session with journal.jsonl',
    found: existsSync(path) ? 'none in it: the Session never began' : 'no folder',
    remedy: 'List what there is with `orket get sessions`, or name the folder itself.',
  });
}

function text({ records, blobs, bundle, proven, anchoredSeq, broken, tornBytes }: Verification): string {
  if (broken !== null) {
    const { seq, field, expected, found } = broken;
    return `broken at record ${seq}, ${field}: expected ${expected}, found ${found}\n${records} records before it follow one another`;
  }
  const torn = tornBytes === 0 ? [] : [`${tornBytes} bytes of a write that did not end follow the last record`];
  return [
    `${records} records and ${blobs.count} blobs are whole`,
    `bundle: ${bundle}`,
    `proven: ${proven}${anchoredSeq === 0 ? '' : ` up to record ${anchoredSeq}`}`,
    ...torn,
  ].join('\n');
}
