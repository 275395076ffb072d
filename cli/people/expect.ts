import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { SessionFolder } from '#controller';
import { OrketError, parseJson, readBundle, type Bundle } from '#crds';
import {
  adjustRefusal,
  editRefusal,
  gateRefusal,
  readJournal,
  systemPeople,
  type Adjustment,
  type JournalRecord,
  type Refusal,
} from '#runtime';
import type { Verdict } from './decision-flags.ts';
import type { Gate, SessionGates } from './gates.ts';

/** Why what this person would say to a gate cannot count, null where it may. */
export async function refusedHere(
  folder: SessionFolder,
  gate: Gate,
  verdict: Verdict,
  { requester, semantics }: SessionGates,
  now: number,
): Promise<Refusal | null> {
  const from = systemPeople(userInfo().uid);
  const decision = { kind: 'decision', id: 'here', from, gate: gate.id, gateDigest: gate.digest, ...verdict } as const;
  const standing = { ...gate, decided: gate.decided?.body.verdict ?? null };
  const refusal = gateRefusal(decision, from, standing, { requester, now });
  if (refusal !== null || verdict.input === undefined) return refusal;
  return editRefusal(await bundleIn(folder), semantics)(gate.opened, verdict.input);
}

async function bundleIn(folder: SessionFolder): Promise<Bundle> {
  return readBundle(parseJson(await readFile(folder.bundle, 'utf8')));
}

/** Throws `Usage` where an adjustment could change nothing: then it is not sent. */
export async function expectFitting(
  folder: SessionFolder,
  session: string,
  adjust: Adjustment['adjust'],
): Promise<void> {
  const bundle = await bundleIn(folder);
  const records: JournalRecord[] = [];
  for await (const read of readJournal(folder.path)) if (read.kind === 'record') records.push(read.record);
  expectNone(adjustRefusal(adjust, bundle, records), session);
}

/** Throws `Usage` with what a Session would say to a person. */
export function expectNone(refusal: Refusal | null, session: string): void {
  if (refusal === null) return;
  const { what, expected, found, remedy } = refusal;
  throw new OrketError('Usage', what, {
    at: session,
    expected,
    found,
    remedy: remedy.replaceAll('SESSION', session),
  });
}
