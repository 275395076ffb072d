import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, digestOfBytes, type JsonValue } from '#crds';
import { beginning } from '../../runtime/journal/chain.ts';
import { openJournal } from '../../runtime/journal/journal.ts';
import type { JournalStore } from '../../runtime/journal/store.ts';
import { bundle, sessionUid, startGateway, type GatewayRig } from './gateway-rig.ts';
import { describeStore } from './store.ts';
import { chainLines, sampleDraft, sampleDrafts } from './store-samples.ts';

describeStore('through the gateway', async () => {
  const rig = await startGateway();
  let attempt = 0;
  return {
    next: () => {
      attempt += 1;
      const number = attempt;
      const { store } = rig.session(rig.podToken(number));
      return {
        open: async () => {
          await rig.announce(number);
          return store.open();
        },
        append: (lines, options) => store.append(lines, options),
        putBlob: (bytes) => store.putBlob(bytes),
        readBlob: (ref) => store.readBlob(ref),
        anchor: (anchor) => store.anchor(anchor),
        close: () => store.close(),
      };
    },
    dispose: () => rig.stop(),
  };
});

describe('the gateway', () => {
  let rig: GatewayRig;
  beforeEach(async () => {
    rig = await startGateway();
  });
  afterEach(() => rig.stop());

  const reasonOf = (body: string): unknown => JSON.parse(body).reason;
  const append = (lines: readonly string[], after = beginning, epoch = 1) => ({
    lines,
    epoch,
    expectedHead: after.head,
    firstSeq: after.seq + 1,
    sync: true,
  });
  const appendPath = `/v1/sessions/${sessionUid}/journal/append`;

  it('gives the pod its bundle and its launch', async () => {
    await rig.announce(1, { launch: { launchVersion: 1 } });
    const session = rig.session(rig.podToken(1));
    expect(digestOf(await session.bundle())).toBe(digestOf(bundle));
    expect(await session.launch()).toEqual({ launchVersion: 1 });
  });

  it('keeps the bundles of each namespace apart, also from whoever knows a digest', async () => {
    const theirs = { ...bundle, inputs: { secret: 'theirs' } };
    const digest = digestOf(theirs);
    const ask = async (method: string, namespace: string, body?: JsonValue): Promise<number> => {
      const path = `/v1/namespaces/${namespace}/bundles/${digest}`;
      return (await rig.call(method, path, { token: 'controller', ...(body === undefined ? {} : { body }) })).status;
    };
    expect(await ask('PUT', 'theirs', theirs)).toBe(204);
    expect(await ask('GET', 'theirs')).toBe(200);
    expect(await ask('GET', 'team')).toBe(404);
    expect((await rig.announce(1, { bundle: digest })).status).toBe(404);
    expect(await ask('PUT', 'team', theirs)).toBe(204);
    expect((await rig.announce(1, { bundle: digest })).status).toBe(204);
    expect(digestOf(await rig.session(rig.podToken(1)).bundle())).toBe(digest);
    for (const namespace of ['..%2F..%2Ftls', '..%2F', 'Team', 'a.b', '-a', 'a'.repeat(64)]) {
      expect([namespace, await ask('PUT', namespace, theirs)]).toEqual([namespace, 400]);
    }
    expect((await rig.announce(2, { namespace: '..' })).status).toBe(400);
  });

  it('takes the first pod of the newest attempt and no other caller', async () => {
    await rig.announce(1);
    await rig.announce(2);
    const path = `/v1/sessions/${sessionUid}/launch`;
    const ask = async (token?: string): Promise<readonly unknown[]> => {
      const { status, body } = await rig.call('GET', path, token === undefined ? {} : { token });
      return status === 200 ? [status] : [status, reasonOf(body)];
    };
    expect(await ask()).toEqual([401, 'Forbidden']);
    expect(await ask('forged')).toEqual([401, 'Forbidden']);
    expect(await ask('controller')).toEqual([403, 'Forbidden']);
    expect(await ask(rig.podToken(1))).toEqual([409, 'StaleEpoch']);
    expect(await ask(rig.podToken(3))).toEqual([403, 'Forbidden']);
    expect(await ask('pod,elsewhere,hello-x-a2,pod-2')).toEqual([403, 'Forbidden']);
    expect(await ask('pod,team,hello-x-a02,pod-2')).toEqual([403, 'Forbidden']);
    expect(await ask('pod,team,other-a2,pod-2')).toEqual([403, 'Forbidden']);
    expect(await ask(rig.podToken(2))).toEqual([200]);
    expect(await ask(rig.podToken(2, 'twin'))).toEqual([403, 'Forbidden']);
    await rig.restart();
    expect(await ask(rig.podToken(2, 'twin'))).toEqual([403, 'Forbidden']);
    expect(await ask(rig.podToken(2))).toEqual([200]);
  });

  it('lets only the controller announce, and never an older attempt', async () => {
    expect(
      (await rig.call('PUT', `/v1/sessions/${sessionUid}/attempt`, { token: rig.podToken(1), body: {} })).status,
    ).toBe(403);
    expect((await rig.announce(2)).status).toBe(204);
    expect((await rig.announce(2)).status).toBe(204);
    expect((await rig.announce(1)).status).toBe(409);
    expect((await rig.announce(2, { session: 'other' })).status).toBe(409);
    expect((await rig.announce(3, { attempt: 1.5 })).status).toBe(400);
    expect((await rig.announce(3, { bundle: digestOf({}) })).status).toBe(404);
  });

  it('refuses the append of a pod as soon as the next attempt is announced', async () => {
    await rig.announce(1);
    const first = rig.session(rig.podToken(1)).store;
    await first.open();
    const { lines, place } = chainLines(sampleDrafts(2));
    await first.append(lines, append(lines));
    await rig.announce(2);
    const more = chainLines([sampleDraft('limit.reached')], { place });
    await expect(first.append(more.lines, append(more.lines, place))).rejects.toMatchObject({ reason: 'StaleEpoch' });
    const second = rig.session(rig.podToken(2)).store;
    expect(await second.open()).toMatchObject({ lines, epoch: 2, previousIsDead: true });
  });

  it('goes on after a restart as if nothing had been', async () => {
    await rig.announce(1);
    const { store } = rig.session(rig.podToken(1));
    await store.open();
    const { lines, place } = chainLines(sampleDrafts(3));
    const ref = await store.putBlob(Buffer.from('a blob'));
    await store.append(lines, append(lines));
    await rig.restart();
    const more = chainLines([sampleDraft('limit.reached')], { place });
    await store.append(more.lines, append(more.lines, place));
    await store.append(more.lines, append(more.lines, place));
    expect(Buffer.from(await store.readBlob(ref)).toString()).toBe('a blob');
  });

  it("refuses lines that break the chain, that are another epoch's, or that decide for a person", async () => {
    await rig.announce(1);
    const token = rig.podToken(1);
    const refused = async (lines: readonly string[], after = beginning): Promise<unknown> => {
      const { status, body } = await rig.call('POST', appendPath, { token, body: append(lines, after) });
      return status === 204 ? null : reasonOf(body);
    };
    const { lines, place } = chainLines(sampleDrafts(1));
    expect(await refused([(lines[0] ?? '').replace('"path":""', '"path":"x"')])).toBe('JournalCorrupt');
    expect(await refused(['{}'])).toBe('JournalCorrupt');
    expect(await refused(chainLines(sampleDrafts(1), { epoch: 2 }).lines)).toBe('StaleEpoch');
    expect(await refused(lines)).toBeNull();
    for (const type of ['gate.decided', 'input.received'] as const) {
      const said = chainLines([sampleDraft(type)], { place });
      expect([type, await refused(said.lines, place)]).toEqual([type, 'Forbidden']);
    }
    const nonsense = chainLines([{ type: 'gate.decided', path: '', body: {} } as never], { place });
    expect(await refused(nonsense.lines, place)).toBe('JournalCorrupt');
    expect(await refused(chainLines([sampleDraft('limit.reached')], { place }).lines, place)).toBeNull();
  });

  it('answers nonsense with 4xx and goes on', async () => {
    await rig.announce(1);
    const token = rig.podToken(1);
    const status = async (method: string, path: string, body?: Buffer): Promise<number> =>
      (await rig.call(method, path, body === undefined ? { token } : { token, body })).status;
    const base = `/v1/sessions/${sessionUid}`;
    expect(await status('GET', '/v1/sessions/..%2F..%2Fetc/launch')).toBe(404);
    expect(await status('GET', `${base}/journal/lines?from=-1`)).toBe(400);
    expect(await status('GET', `${base}/journal/lines?from=1`)).toBe(404);
    expect(await status('GET', `${base}/blobs/sha256:zz?offset=0&bytes=1`)).toBe(400);
    expect(await status('PUT', `${base}/blobs/${digestOfBytes('other')}`, Buffer.from('bytes'))).toBe(400);
    expect(await status('POST', appendPath, Buffer.from('x'))).toBe(400);
    expect(await status('GET', '/elsewhere')).toBe(404);
    expect(await status('GET', `${base}/launch`)).toBe(200);
  });

  it('shows the controller what journals say, and tells it as they change', async () => {
    await rig.announce(1);
    const told: string[] = [];
    const { request } = await import('node:https');
    const stream = request(`${rig.url}/v1/changes`, {
      ca: rig.identity.ca,
      headers: { authorization: 'Bearer controller' },
    });
    const ended = new Promise<void>((resolve, reject) => {
      stream.on('error', reject).on('response', (answer) => {
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          told.push(chunk);
          if (chunk.includes('"status":"succeeded"')) resolve();
        });
      });
    });
    stream.end();
    const { store } = rig.session(rig.podToken(1));
    await store.open();
    const { lines, place } = chainLines(sampleDrafts(1));
    await store.append(lines, append(lines));
    const end = chainLines([sampleDraft('session.ended')], { place });
    await store.append(end.lines, append(end.lines, place));
    await ended;
    stream.destroy();
    const { body } = await rig.call('GET', `/v1/sessions/${sessionUid}/projection`, { token: 'controller' });
    expect(JSON.parse(body).view).toMatchObject({ seq: 2, ended: { status: 'succeeded' } });
    expect((await rig.call('GET', '/v1/changes', { token: rig.podToken(1) })).status).toBe(403);
  });

  it('holds what it acknowledged while several appends race for the same place', async () => {
    await rig.announce(1);
    const token = rig.podToken(1);
    const { lines } = chainLines(sampleDrafts(1));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => rig.call('POST', appendPath, { token, body: append(lines) })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204));
    const { store } = rig.session(token);
    expect((await store.open()).lines).toEqual(lines);
  });
});

describe('the room of a Session at the gateway', () => {
  const limits = { journal: 4000, session: 6000 };
  const linesAfter = (place = beginning) => chainLines([sampleDraft('limit.reached')], { place });
  const options = (after = beginning) => ({
    epoch: 1,
    expectedHead: after.head,
    firstSeq: after.seq + 1,
    sync: true,
  });
  let rig: GatewayRig;
  beforeEach(async () => {
    rig = await startGateway(limits);
    await rig.announce(1);
  });
  afterEach(() => rig.stop());

  /** Fills the journal until it is refused; returns what was acknowledged. */
  async function fill(store: JournalStore): Promise<{ readonly lines: readonly string[]; readonly refused: unknown }> {
    const first = chainLines(sampleDrafts(1));
    await store.append(first.lines, options());
    const lines = [...first.lines];
    for (let { place } = first; ;) {
      const next = linesAfter(place);
      try {
        await store.append(next.lines, options(place));
      } catch (refused) {
        return { lines, refused };
      }
      lines.push(...next.lines);
      ({ place } = next);
    }
  }

  it('ends with the journal: what was acknowledged is there, what was refused is not', async () => {
    const { store } = rig.session(rig.podToken(1));
    await store.open();
    const { lines, refused } = await fill(store);
    expect(refused).toMatchObject({ reason: 'StorageExceeded' });
    const kept = Buffer.byteLength(`${lines.join('\n')}\n`);
    expect(kept).toBeLessThanOrEqual(limits.journal);
    const path = join(rig.dir, 'data/sessions', sessionUid, 'journal.jsonl');
    expect(readFileSync(path, 'utf8')).toBe(`${lines.join('\n')}\n`);
    await rig.restart();
    expect((await store.open()).lines).toEqual(lines);
  });

  it('ends with the blobs, for every attempt together, and takes the same bytes twice without more room', async () => {
    const { store } = rig.session(rig.podToken(1));
    await store.open();
    const large = Buffer.alloc(5000, 'a');
    const ref = await store.putBlob(large);
    await expect(store.putBlob(Buffer.alloc(1001, 'b'))).rejects.toMatchObject({ reason: 'StorageExceeded' });
    expect(await store.putBlob(large)).toEqual(ref);
    await store.putBlob(Buffer.alloc(1000, 'c'));
    const { lines } = chainLines(sampleDrafts(1));
    await expect(store.append(lines, options())).rejects.toMatchObject({ reason: 'StorageExceeded' });
    expect(Buffer.from(await store.readBlob(ref)).equals(large)).toBe(true);
    await rig.announce(2);
    const second = rig.session(rig.podToken(2)).store;
    expect((await second.open()).lines).toEqual([]);
    await expect(second.putBlob(Buffer.from('d'))).rejects.toMatchObject({ reason: 'StorageExceeded' });
  });

  it('ends the attempt of a runtime: nothing is recorded any more, and the Session waits as it was', async () => {
    const journal = await openJournal({ store: rig.session(rig.podToken(1)).store, clock: () => 0 });
    await journal.append(sampleDraft('session.started'), { sync: true });
    const large = Buffer.alloc(limits.session, 0xff);
    await expect(journal.putFile(large)).rejects.toMatchObject({ reason: 'StorageExceeded' });
    await expect(journal.append(sampleDraft('session.ended'), { sync: true })).rejects.toMatchObject({
      reason: 'StorageExceeded',
    });
    const { body } = await rig.call('GET', `/v1/sessions/${sessionUid}/projection`, { token: 'controller' });
    expect(JSON.parse(body).view).toMatchObject({ seq: 1, ended: null });
  });
});
