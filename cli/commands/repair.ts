import { Option } from 'commander';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { counted, OrketError } from '#crds';
import { anchorFolder } from '#controller';
import { lossIn, repairJournal, systemPeople, type Loss } from '#runtime';
import { exitCodes } from '../exit.ts';
import { openGoingOn } from '../local-session.ts';
import { sessionVerb, withOptions } from './session-verb.ts';
import type { Shell, Verb } from './verb.ts';

interface Flags {
  readonly state?: string;
  readonly acceptLoss?: true;
}

export const repair: Verb = (program, shell, run) => {
  sessionVerb(program, {
    name: 'repair',
    summary: 'go on with a broken journal, without what is broken',
    description:
      'Says what of the broken journal of a Session that has not ended would be lost. With --accept-loss cuts it after its last whole record, keeps what was there beside it, and records who accepted that.',
    flags: withOptions(new Option('--accept-loss', 'do it: what is lost may happen a second time')),
    examples: ['orket repair review-4k2v7zq3ab', 'orket repair review-4k2v7zq3ab --accept-loss'],
  }).action(async (session: string, flags: Flags) => run(() => start(session, flags, shell)));
};

async function start(name: string, flags: Flags, shell: Shell): Promise<number> {
  const { terminal } = shell;
  const { folder, session } = await openGoingOn(name, flags, shell);
  const { uid } = session.metadata;
  if (uid === undefined) throw new OrketError('InvalidManifest', 'a Session without a UID', { at: folder.resource });
  const places = { dir: folder.path, anchorDir: join(anchorFolder(terminal.environment), uid) };
  if (flags.acceptLoss !== true) {
    const loss = await lossIn(places);
    terminal.answer(loss === null ? whole : `${lossText(loss)}\nGo on without it: orket repair ${name} --accept-loss`);
    return loss === null ? exitCodes.succeeded : exitCodes.integrity;
  }
  const loss = await repairJournal({ ...places, by: systemPeople(userInfo().uid), clock: terminal.clock });
  terminal.answer(
    loss === null ? whole : `${lossText(loss)}\nWhat was there is kept beside it. Go on with: orket resume ${name}`,
  );
  return exitCodes.succeeded;
}

const whole = 'nothing is broken';

function lossText({ kept, lost, broken, anchoredSeq }: Loss): string {
  const { field, expected, found } = broken;
  return [
    `broken at record ${kept + 1}, ${field}: expected ${expected}, found ${found}`,
    `${counted(kept, 'record is', 'records are')} whole; ${counted(lost.records, 'record')}, ${counted(lost.bytes, 'byte')}, cannot be kept`,
    ...(anchoredSeq === null
      ? []
      : [`an anchor on this machine speaks for a record ${anchoredSeq}, which is among what is lost`]),
    'calls whose outcome is lost are made again, and decisions are asked for again',
  ].join('\n');
}
