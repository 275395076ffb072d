import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigMap } from '../../controller/gateway/authority-map.ts';
import { kubeClient, type KubeClient } from '../../controller/kube/client.ts';
import { systemClock, type Clock } from '../../controller/kube/clock.ts';
import { Reflector } from '../../controller/kube/reflector.ts';
import type { KubeResource } from '../../controller/kube/resource.ts';
import { Store } from '../../controller/kube/store.ts';
import { transport, type Transport } from '../../controller/kube/transport.ts';

const configMaps: KubeResource<ConfigMap> = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' };
/** Pauses take no time here; everything else does. */
const pauses: number[] = [];
const clock: Clock = {
  ...systemClock,
  random: () => 0.5,
  schedule: (afterMs, work) => {
    pauses.push(afterMs);
    return systemClock.schedule(Math.min(afterMs, 5), work);
  },
};

type Answer = (answer: ServerResponse, request: IncomingMessage) => void;

/** An API server that answers one request after the other as a test says, and as the last one for ever after. */
let answers: Answer[];
let requests: string[];
let client: KubeClient;
let close: () => Promise<void>;

beforeEach(async () => {
  requests = [];
  pauses.length = 0;
  const server = createServer((request, answer) => {
    requests.push(`${request.method} ${request.url}`);
    const next = answers.length > 1 ? answers.shift() : answers[0];
    next?.(answer, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const http: Transport = transport(
    { server: new URL(`http://127.0.0.1:${port}`), token: async () => 'token' },
    'orket-test',
  );
  client = kubeClient(http, clock);
  close = async () => {
    http.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterEach(() => close());

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (answer) => {
    answer.writeHead(status, { 'content-type': 'application/json', ...headers });
    answer.end(JSON.stringify(body));
  };
const configMap = (name: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'n', name, uid: name, resourceVersion },
});
const list = (resourceVersion: string, ...names: readonly string[]): Answer =>
  json(200, { metadata: { resourceVersion }, items: names.map((name) => configMap(name, resourceVersion)) });
const event = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
/** Sends pieces and then does what it likes with the connection. */
const stream =
  (pieces: readonly string[], end: (answer: ServerResponse) => void): Answer =>
  (answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    for (const piece of pieces) answer.write(piece);
    setTimeout(() => end(answer), 20);
  };
const hold: Answer = stream([], () => {});

describe('the client, of a server in trouble', () => {
  it.each([429, 500, 503])('asks again after %i, as late as the server says', async (status) => {
    answers = [json(status, {}, { 'retry-after': '3' }), json(200, configMap('a', '1'))];
    expect((await client.get(configMaps, 'n', 'a'))?.metadata.name).toBe('a');
    expect(pauses).toEqual([3000]);
  });

  it('gives up after four times, saying what was answered', async () => {
    answers = [json(503, { message: 'no' })];
    await expect(client.get(configMaps, 'n', 'a')).rejects.toMatchObject({ reason: 'ClusterUnreachable' });
    expect(requests).toHaveLength(4);
    expect(pauses).toEqual([200, 400, 800]);
  });

  it.each([
    ['half a body', stream(['{"kind":'], (answer) => answer.destroy())],
    ['HTML', (answer: ServerResponse) => answer.end('<html>')],
    ['nothing but a closed connection', (answer: ServerResponse) => answer.destroy()],
    ['a list that is none', json(200, { items: 'x' })],
  ])('takes %s for an error that can be tried again', async (_, answer) => {
    answers = [answer];
    const listing = client.list(configMaps, {}, { limit: 1 });
    await expect(listing).rejects.toMatchObject({ reason: 'ClusterUnreachable', retryable: true });
  });

  it('never sends the token in an error', async () => {
    answers = [json(403, { message: 'forbidden' })];
    const failure = await client.get(configMaps, 'n', 'a').catch(String);
    expect(failure).toContain('403 forbidden');
    expect(failure).not.toContain('token');
  });
});

describe('the reflector, of a server in trouble', () => {
  async function reflect(
    work: (store: Store<ConfigMap>, troubles: readonly string[]) => Promise<void>,
    silenceMs = 5000,
  ) {
    const stop = new AbortController();
    const store = new Store<ConfigMap>();
    const troubles: string[] = [];
    const reflector = new Reflector({
      client,
      clock,
      resource: configMaps,
      scope: { namespace: 'n' },
      store,
      silenceMs,
      onTrouble: (error) => troubles.push(error.detail.found ?? error.message),
    });
    const ended = reflector.run(stop.signal);
    try {
      await work(store, troubles);
    } finally {
      stop.abort();
      await ended;
    }
  }

  async function until(holds: () => boolean): Promise<void> {
    for (let tries = 0; !holds(); tries += 1) {
      if (tries > 500) throw new Error(`expected within 5 s; asked: ${requests.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const added = event('ADDED', configMap('b', '7'));
  it.each([
    ['breaks off in the middle of an event', stream([added, added.slice(0, 20)], (answer) => answer.destroy())],
    ['ends in the middle of an event', stream([added, added.slice(0, 20)], (answer) => answer.end())],
    ['sends a line that is no JSON', stream([added, '}{\n'], () => {})],
    ['sends an event without an object', stream([added, '{"type":"ADDED"}\n'], () => {})],
    ['sends an event of another kind', stream([added, event('PARTY', configMap('b', '8'))], () => {})],
    ['sends an error', stream([added, event('ERROR', { code: 500, message: 'etcd is away' })], () => {})],
  ])('keeps what came before a watch %s, and goes on from there', async (_, broken) => {
    answers = [list('5', 'a'), broken, stream([event('MODIFIED', configMap('b', '9'))], () => {})];
    await reflect(async (store, troubles) => {
      await until(() => store.get('n', 'b')?.metadata.resourceVersion === '9');
      expect(troubles).toHaveLength(1);
      expect(
        requests
          .filter((request) => request.includes('watch=true'))
          .map((request) => /resourceVersion=(\d+)/.exec(request)?.[1]),
      ).toEqual(['5', '7']);
      expect(store.size).toBe(2);
    });
  });

  it('puts pieces of an event together wherever they were cut, also inside a character', async () => {
    const line = Buffer.from(event('ADDED', { ...configMap('b', '7'), data: { k: 'Grüße 🎼' } }));
    answers = [
      list('5'),
      (answer) => {
        answer.writeHead(200);
        let sent = 0;
        const send = (): void => {
          if (sent >= line.length) return;
          answer.write(line.subarray(sent, (sent += 3)));
          setImmediate(send);
        };
        send();
      },
    ];
    await reflect(async (store) => {
      await until(() => store.size === 1);
      expect(store.get('n', 'b')?.data).toEqual({ k: 'Grüße 🎼' });
    });
  });

  it('notices a connection that has died without a word', async () => {
    answers = [list('5'), hold, stream([added], () => {})];
    await reflect(async (store, troubles) => {
      await until(() => store.size === 1);
      expect(troubles).toEqual(['nothing came for 0.1 s']);
    }, 100);
  });

  it('asks ever more seldom where every watch ends at once', async () => {
    answers = [list('5'), stream([], (answer) => answer.end())];
    await reflect(async () => {
      await until(() => requests.length > 6);
      expect(pauses.filter((ms) => ms >= 800).slice(0, 5)).toEqual([800, 1600, 3200, 6400, 12_800]);
    });
  });

  it('lists anew at once when its version has expired, and more slowly where that does not help', async () => {
    const expired = stream([event('ERROR', { code: 410, message: 'too old' })], () => {});
    answers = [list('5', 'a'), expired, list('6', 'b'), json(410, { message: 'too old' }), list('7', 'c'), hold];
    await reflect(async (store) => {
      await until(() => store.get('n', 'c') !== undefined && store.size === 1);
      expect(pauses).toEqual([1600]);
    });
  });

  it('begins a list again when a page of it has expired', async () => {
    const first = json(200, { metadata: { resourceVersion: '5', continue: 'more' }, items: [configMap('a', '5')] });
    answers = [first, json(410, { message: 'too old' }), list('6', 'a', 'b'), hold];
    await reflect(async (store) => {
      await until(() => store.size === 2);
      expect(requests[1]).toContain('continue=more');
      expect(requests[2]).not.toContain('continue');
    });
  });
});
