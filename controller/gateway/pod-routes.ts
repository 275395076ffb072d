import type { FastifyInstance, FastifyRequest } from 'fastify';
import { digestOfBytes, isDigest, OrketError } from '#crds';
import { isAppendRequest, maxBlobBytes, maxLineBytes, pageBytes } from '#runtime';
import type { Attempt } from './attempts.ts';
import type { GatewayParts } from './parts.ts';

interface SessionParams {
  readonly uid: string;
}

interface BlobParams extends SessionParams {
  readonly digest: string;
}

/** JSON escapes can make a line longer on the way than it is in the journal. */
const appendBytes = 2 * maxLineBytes;

/** What the pod of the newest attempt of a Session may ask for; `runtime/journal/remote-protocol.ts` is the law. */
export function podRoutes(server: FastifyInstance, { attempts, bundles, journals, caller }: GatewayParts): void {
  const admitted = new WeakMap<object, Attempt>();
  /** Before a body is read: a stranger's is not worth its bytes. */
  const onRequest = async (request: FastifyRequest<{ Params: SessionParams }>): Promise<void> => {
    admitted.set(request, attempts.admit(request.params.uid, await caller(request.headers.authorization)));
  };
  const attemptOf = (request: object): Attempt => {
    const attempt = admitted.get(request);
    if (attempt === undefined) throw new OrketError('Internal', 'a route of pods asks without having let one in');
    return attempt;
  };

  server.get<{ Params: SessionParams }>('/v1/sessions/:uid/bundle', { onRequest }, async (request, reply) => {
    const { namespace, bundle } = attemptOf(request);
    return reply.type('application/json').send(bundles.text(namespace, bundle));
  });

  server.get<{ Params: SessionParams }>(
    '/v1/sessions/:uid/launch',
    { onRequest },
    async (request) => attemptOf(request).launch,
  );

  server.post<{ Params: SessionParams }>('/v1/sessions/:uid/journal/open', { onRequest }, async (request) =>
    journals.open(attemptOf(request)),
  );

  server.get<{ Params: SessionParams; Querystring: { readonly from?: string } }>(
    '/v1/sessions/:uid/journal/lines',
    { onRequest },
    async (request, reply) => {
      const page = await journals.lines(attemptOf(request), numberOf(request.query.from, 'from', 1), pageBytes);
      return reply.type('application/x-ndjson').send(page);
    },
  );

  server.post<{ Params: SessionParams }>(
    '/v1/sessions/:uid/journal/append',
    { bodyLimit: appendBytes, onRequest },
    async (request, reply) => {
      const attempt = attemptOf(request);
      const { body } = request;
      if (!isAppendRequest(body)) throw invalid('an AppendRequest', 'something else');
      await journals.append(attempt, body);
      return reply.code(204).send();
    },
  );

  server.put<{ Params: BlobParams }>(
    '/v1/sessions/:uid/blobs/:digest',
    { bodyLimit: maxBlobBytes, onRequest },
    async (request) => {
      const attempt = attemptOf(request);
      const { body } = request;
      if (!Buffer.isBuffer(body)) throw invalid('a body of application/octet-stream', 'something else');
      const found = digestOfBytes(body);
      if (found !== request.params.digest) throw invalid(request.params.digest.slice(0, 71), found);
      return journals.putBlob(attempt, found, body);
    },
  );

  server.get<{ Params: BlobParams; Querystring: { readonly offset?: string; readonly bytes?: string } }>(
    '/v1/sessions/:uid/blobs/:digest',
    { onRequest },
    async (request, reply) => {
      const attempt = attemptOf(request);
      const { digest } = request.params;
      if (!isDigest(digest)) throw invalid('a digest', digest.slice(0, 71));
      const offset = numberOf(request.query.offset, 'offset', 0);
      const bytes = numberOf(request.query.bytes, 'bytes', 0);
      const blob = await journals.readBlob(attempt, { digest, offset, bytes });
      return reply.type('application/octet-stream').send(Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength));
    },
  );
}

function numberOf(text: string | undefined, name: string, least: number): number {
  const value = /^\d{1,15}$/.test(text ?? '') ? Number(text) : -1;
  if (value < least) throw invalid(`${name}: an integer from ${least}`, (text ?? 'nothing').slice(0, 20));
  return value;
}

function invalid(expected: string, found: string): OrketError {
  return new OrketError('InvalidInput', 'the request is not one of the protocol', { expected, found });
}
