import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readAnchors, splitAttempt, stablePath, verifyJournal, type AnchorSet, type JournalRecord } from '#runtime';
import { recordingIn } from '../session/recording-in.ts';
import { replay } from '../../runtime/replay/replay.ts';
import { doneIn, type World } from './effect-server.ts';
import type { KilledSession } from './killed-session.ts';

type Ended = JournalRecord<'session.ended'>;

/** How a Session ended, as its journal has it. */
export function endOf(records: readonly JournalRecord[]): Ended['body'] {
  const last = records.at(-1);
  if (last?.type !== 'session.ended') throw new Error(`the journal ends with ${last?.type ?? 'nothing'}`);
  return last.body;
}

/** What a Session that nobody disturbed came to. */
export interface Undisturbed {
  readonly status: string;
  readonly stateDigest: string;
  readonly tree: string;
  /** What was done outside, in any order. */
  readonly done: readonly string[];
  /** How often a model was asked. */
  readonly turns: number;
  readonly usage: Ended['body']['usage'];
}

export async function undisturbed(session: KilledSession): Promise<Undisturbed> {
  const { status, stateDigest, usage } = endOf(await session.records());
  const { world } = session;
  const tree = await session.tree();
  return { status, stateDigest, tree, done: idsDone(world), turns: world.turns.length, usage };
}

/** Right after a kill, before anybody goes on: what is there can be read, and nothing was done without a durable intent. */
export async function expectReadable({ dir, world }: KilledSession): Promise<void> {
  if (!existsSync(join(dir, 'journal.jsonl'))) return;
  const intents = new Set<string>();
  const verification = await verifyJournal({ from: dir, anchors: await anchorsOf(dir) });
  expect(verification.broken).toBeNull();
  const { records } = await recordingIn(dir);
  for (const { type, path, body } of records) if (type === 'call.intent') intents.add(`${path} ${body.key}`);
  const without = world.asked.filter(({ path, key }) => !intents.has(`${path} ${key}`));
  expect(without, 'done without an intent that is durable').toEqual([]);
}

/** A Session that was killed, now that it has come to its end: it is as if nothing had been. */
export async function expectAsIfNothingHadBeen(session: KilledSession, wanted: Undisturbed): Promise<void> {
  const { dir, uid } = session;
  const records = await session.records();
  const { status, stateDigest, treeDigest, usage } = endOf(records);
  expect({ uid, status, stateDigest, tree: await session.tree() }).toEqual({
    uid,
    status: wanted.status,
    stateDigest: wanted.stateDigest,
    tree: wanted.tree,
  });
  expect(treeDigest).toBe(wanted.tree);
  expect(usage, 'what it used').toEqual(wanted.usage);
  expectDoneAsAllowed(session, records, wanted);
  expectJudged(records);
  expectWithin(session, records);
  await expectProvable(session, stateDigest);
  // What processes that were killed had put down for tool hosts went with the one that came to the end.
  expect(readdirSync(join(dir, 'tmp')), 'left in the temporary folder').toEqual([]);
  // A process that ended right after its Session may have had no time to take away what it had taken up.
  const received = records.flatMap((record) => (record.type === 'input.received' ? [`${record.body.id}.json`] : []));
  expect(
    readdirSync(join(dir, 'inbox')).filter((name) => !received.includes(name)),
    'left in the inbox',
  ).toEqual([]);
}

/** The journal holds together, fits its anchors, and leads to the same state once more. */
export async function expectProvable({ dir }: KilledSession, stateDigest: string): Promise<void> {
  const bundle = await readFile(join(dir, 'bundle.json'), 'utf8');
  const verification = await verifyJournal({ from: dir, bundle, anchors: await anchorsOf(dir) });
  expect(verification).toMatchObject({ broken: null, tornBytes: 0, bundle: 'matches' });
  expect(verification.proven).toBe('anchored on this machine');
  expect(await replay(await recordingIn(dir))).toEqual({ verdict: 'same', stateDigest });
}

/** Done once each, none lost; asked for again only where the recovery table allows it. */
function expectDoneAsAllowed(
  { world, ends }: KilledSession,
  records: readonly JournalRecord[],
  wanted: Undisturbed,
): void {
  expect(idsDone(world), 'what was done outside').toEqual(wanted.done);
  const { asked } = world;
  // No attempt is performed twice, and none without its key.
  expect(new Set(asked.map(({ path }) => path)).size).toBe(asked.length);
  const keys = new Map(asked.map(({ path, key }) => [stablePath(path), key]));
  for (const { path, key } of asked) expect(key).toBe(keys.get(stablePath(path)));
  // Every attempt beyond the first follows one that was left without an answer.
  const answered = new Set<string>();
  for (const { type, path, body } of records) {
    const { base } = splitAttempt(path);
    if (type === 'call.intent') expect(answered.has(base), `${base} again after its outcome`).toBe(false);
    if (type === 'model.request') expect(answered.has(base), `${base} again after its answer`).toBe(false);
    if (type === 'call.outcome' || (type === 'model.response' && body.error === null)) answered.add(base);
  }
  const kills = ends.filter(({ signal }) => signal !== null).length;
  expect(world.turns.length).toBeGreaterThanOrEqual(wanted.turns);
  expect(world.turns.length).toBeLessThanOrEqual(wanted.turns + kills);
}

/** Every destructive attempt has an approval of its own, and every decision counts once. */
function expectJudged(records: readonly JournalRecord[]): void {
  const approved = new Set<string>();
  const decisions: string[] = [];
  for (const { type, path, body } of records) {
    if (type === 'gate.decided') {
      decisions.push(...body.decisions);
      if (body.verdict === 'approved') approved.add(path.slice(0, path.lastIndexOf('/')));
    }
    if (type === 'call.intent' && body.risk === 'destructive')
      expect(approved.has(path), `${path} without an approval`).toBe(true);
  }
  expect(new Set(decisions).size).toBe(decisions.length);
  const received = records.flatMap((record) => (record.type === 'input.received' ? [record.body.id] : []));
  expect(new Set(received).size, 'taken up twice').toBe(received.length);
}

/** Limits, counted here once more: what has an answer by what it used, what has none by all that it reserved. */
export function expectWithin({ bundle, world }: KilledSession, records: readonly JournalRecord[]): void {
  const { calls, tokens } = bundle.limits ?? {};
  const { most, asked } = charges(records);
  expect(most.calls).toBeLessThanOrEqual(calls ?? Number.POSITIVE_INFINITY);
  expect(most.tokens).toBeLessThanOrEqual(tokens ?? Number.POSITIVE_INFINITY);
  expect(world.asked.length).toBeLessThanOrEqual(asked);
}

interface Charges {
  /** What was charged when most was. */
  readonly most: { readonly calls: number; readonly tokens: number };
  /** Attempts at calls that were begun. */
  readonly asked: number;
}

/** What a journal says to be charged, from its beginning on. */
export function charges(records: readonly JournalRecord[]): Charges {
  const charged = new Map<string, { readonly calls: number; readonly tokens: number }>();
  const most = { calls: 0, tokens: 0 };
  let asked = 0;
  for (const { type, path, body } of records) {
    if (type === 'call.intent') asked += 1;
    if (type === 'call.intent' || type === 'model.request')
      charged.set(path, body.reservation ?? { calls: 0, tokens: 0 });
    if (type === 'model.response' && body.usage !== null)
      charged.set(path, { calls: 0, tokens: body.usage.inputTokens + body.usage.outputTokens });
    const all = [...charged.values()];
    most.calls = Math.max(
      most.calls,
      all.reduce((total, one) => total + one.calls, 0),
    );
    most.tokens = Math.max(
      most.tokens,
      all.reduce((total, one) => total + one.tokens, 0),
    );
  }
  return { most, asked };
}

function idsDone(world: World): readonly string[] {
  return doneIn(world)
    .map(({ id }) => id)
    .toSorted();
}

async function anchorsOf(dir: string): Promise<readonly AnchorSet[]> {
  return [{ where: 'this machine', anchors: await readAnchors(join(dir, 'anchors')) }];
}
