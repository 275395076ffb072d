import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginning } from '../../runtime/journal/chain.ts';
import { fileStore } from '../../runtime/journal/file-store.ts';
import { openJournal } from '../../runtime/journal/journal.ts';
import { remoteSession, type RemoteSession } from '../../runtime/journal/remote-store.ts';
import { chainLines, holding, largeValue, sampleDraft, sampleDrafts, sampleInstant } from './store-samples.ts';
import { serveStore, type Disturbance, type StoreServer } from './store-server.ts';
import { describeStore } from './store.ts';

interface Watched {
  readonly signal?: AbortSignal;
  readonly waits?: string[];
  readonly tokenFile?: string;
}

function client(server: StoreServer, { signal, waits = [], tokenFile = server.token() }: Watched = {}): RemoteSession {
  const { baseUrl, caFile } = server;
  return remoteSession('b7c1', {
    baseUrl,
    caFile,
    tokenFile,
    signal: signal ?? new AbortController().signal,
    random: () => 0,
    sleep: async () => {},
    onWait: ({ cause }) => void waits.push(cause),
  });
}

describeStore('over HTTPS', async () => {
  const dir = fs.mkdtempSync(join(os.tmpdir(), 'orket-remote-'));
  const server = await serveStore(dir, () => fileStore({ dir: join(dir, 'session') }));
  return {
    next: () => client(server).store,
    dispose: async () => {
      await server.close();
      fs.rmSync(dir, { recursive: true });
    },
  };
});

describe('a session process whose gateway is not always there', () => {
  let dir: string;
  let server: StoreServer;
  let fates: Disturbance[] = [];
  let requests: string[] = [];
  beforeEach(async () => {
    dir = fs.mkdtempSync(join(os.tmpdir(), 'orket-remote-'));
    [fates, requests] = [[], []];
    const disturb = (request: string): Disturbance => {
      requests.push(request);
      return fates.shift() ?? 'serve';
    };
    server = await serveStore(dir, () => fileStore({ dir: join(dir, 'session') }), disturb);
  });
  afterEach(async () => {
    await server.close();
    fs.rmSync(dir, { recursive: true });
  });

  it('waits through whatever a gateway that is away may answer, and doubles nothing', async () => {
    const waits: string[] = [];
    const journal = await openJournal({ store: client(server, { waits }).store, clock: () => sampleInstant });
    fates = ['busy', 'html', 'drop', 'lose', 'lose', 'serve'];
    await journal.append(sampleDraft('session.started'), { sync: true });
    fates = ['lose', 'serve', 'drop', 'lose'];
    await journal.append(await holding(largeValue('x'), journal), { sync: true });
    await journal.close();
    expect(waits).toHaveLength(8);
    expect(waits.slice(0, 2)).toEqual(['status 503, type "text/plain"', 'status 200, type "text/html"']);
    const next = await openJournal({ store: client(server).store, clock: () => sampleInstant });
    expect(next.records.map(({ type }) => type)).toEqual(['session.started', 'step.ended']);
    await next.close();
  });

  it('reads the token again for each request, and gives up on one that stays invalid', async () => {
    const waits: string[] = [];
    const tokenFile = server.token();
    const { store } = client(server, { waits, tokenFile });
    fates = ['unauthorized', 'unauthorized'];
    expect(await store.open()).toMatchObject({ epoch: 1 });
    expect(waits).toHaveLength(2);
    const token = fs.readFileSync(tokenFile);
    fs.writeFileSync(tokenFile, 'expired');
    await expect(store.putBlob(Buffer.from('x'))).rejects.toMatchObject({ reason: 'Forbidden' });
    fs.writeFileSync(tokenFile, token);
    expect(await store.putBlob(Buffer.from('x'))).toMatchObject({ bytes: 1 });
    await store.close();
  });

  it('ends at once when another attempt has taken over', async () => {
    const waits: string[] = [];
    const { store } = client(server, { waits });
    await store.open();
    const later = client(server);
    await later.store.open();
    const { lines } = chainLines(sampleDrafts(1));
    const append = store.append(lines, { epoch: 1, expectedHead: beginning.head, firstSeq: 1, sync: true });
    await expect(append).rejects.toMatchObject({ reason: 'StaleEpoch' });
    expect(waits).toEqual([]);
    await store.close();
    await later.store.close();
  });

  it('stops waiting when the Session is told to stop', async () => {
    const stop = new AbortController();
    const { store } = client(server, { signal: stop.signal });
    fates = Array.from({ length: 1000 }, () => 'busy');
    const opening = store.open();
    await expect.poll(() => requests.length).toBeGreaterThan(2);
    stop.abort();
    await expect(opening).rejects.toMatchObject({ reason: 'GatewayUnreachable' });
    await store.close();
  });

  it('fetches bundle and launch', async () => {
    const session = client(server);
    expect([await session.bundle(), await session.launch()]).toEqual([{ bundle: 1 }, { launch: 1 }]);
    await session.store.close();
  });

  it('refuses to speak without encryption', () => {
    const { caFile } = server;
    const baseUrl = server.baseUrl.replace('https', 'http');
    expect(() => client({ ...server, baseUrl, caFile })).toThrow(/HTTPS only/);
  });
});
