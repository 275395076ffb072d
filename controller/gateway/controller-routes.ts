import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isDigest, OrketError, type Digest, type JsonValue } from '#crds';
import { announcementOf } from './attempts.ts';
import { isNamespace } from './bundles.ts';
import type { GatewayParts } from './parts.ts';

const bundleBytes = 64 * 1024 * 1024;
const announcementBytes = 1024 * 1024;
const bundlePath = '/v1/namespaces/:namespace/bundles/:digest';

interface BundleParams {
  readonly namespace: string;
  readonly digest: string;
}

/**
 * What the controller may ask for. Each request may be repeated.
 *
 * | Request | Answer |
 * |---|---|
 * | `PUT /v1/namespaces/NAMESPACE/bundles/DIGEST` | 204: the bundle is durable |
 * | `GET /v1/namespaces/NAMESPACE/bundles/DIGEST` | 200: the bundle, if it was put for this namespace |
 * | `PUT /v1/sessions/UID/attempt` with an announcement | 204: durable, and pods of older attempts are refused from now on |
 * | `GET /v1/sessions/UID/projection` | 200 `{view}`, null before the first record |
 * | `GET /v1/changes` | 200 lines `{uid, view}` for as long as both sides live, an empty line at the start and every 15 s |
 */
export function controllerRoutes(server: FastifyInstance, parts: GatewayParts): void {
  const { attempts, bundles, journals, changes, caller, controller } = parts;
  const admit = async (request: FastifyRequest): Promise<void> => {
    const { username } = await caller(request.headers.authorization);
    if (username === controller) return;
    throw new OrketError('Forbidden', 'this is for the controller alone', { expected: controller });
  };

  server.put<{ Params: BundleParams }>(
    bundlePath,
    { bodyLimit: bundleBytes, onRequest: admit },
    async (request, reply) => {
      const { namespace, digest } = bundleOf(request.params);
      bundles.put(namespace, digest, jsonOf(request.body));
      return reply.code(204).send();
    },
  );

  server.get<{ Params: BundleParams }>(bundlePath, { onRequest: admit }, async (request, reply) => {
    const { namespace, digest } = bundleOf(request.params);
    return reply.type('application/json').send(bundles.text(namespace, digest));
  });

  server.put<{ Params: { readonly uid: string } }>(
    '/v1/sessions/:uid/attempt',
    { bodyLimit: announcementBytes, onRequest: admit },
    async (request, reply) => {
      const announcement = announcementOf(request.params.uid, request.body);
      if (announcement === null) throw new OrketError('InvalidInput', 'the body is no announcement of an attempt');
      bundles.text(announcement.namespace, announcement.bundle);
      if (attempts.announce(announcement)) await journals.release(announcement.uid);
      return reply.code(204).send();
    },
  );

  server.get<{ Params: { readonly uid: string } }>(
    '/v1/sessions/:uid/projection',
    { onRequest: admit },
    async (request) => ({ view: await journals.view(attempts.current(request.params.uid).uid) }),
  );

  server.get('/v1/changes', { onRequest: admit }, (_, reply) => {
    reply.hijack();
    changes.stream(reply.raw);
  });
}

function bundleOf({ namespace, digest }: BundleParams): { readonly namespace: string; readonly digest: Digest } {
  if (isNamespace(namespace) && isDigest(digest)) return { namespace, digest };
  throw new OrketError('InvalidInput', 'the path does not name a bundle', {
    expected: '/v1/namespaces/NAMESPACE/bundles/DIGEST',
  });
}

/** The server has parsed it, so it is JSON. */
function jsonOf(body: unknown): JsonValue {
  return body as JsonValue;
}
