import Fastify, { type FastifyInstance } from 'fastify';
import { join } from 'node:path';
import { catalogue, OrketError } from '#crds';
import type { Clock } from '../kube/clock.ts';
import { Attempts } from './attempts.ts';
import { Bundles } from './bundles.ts';
import { Changes } from './changes.ts';
import { controllerRoutes } from './controller-routes.ts';
import { Unauthenticated } from './identity.ts';
import { Journals } from './journals.ts';
import type { GatewayParts } from './parts.ts';
import { podRoutes } from './pod-routes.ts';
import { defaultLimits, type RoomLimits } from './room.ts';

export interface GatewayOptions {
  /** Everything that is kept lies below it. */
  readonly dataDir: string;
  readonly tls: { readonly cert: string; readonly key: string };
  readonly clock: Clock;
  readonly caller: GatewayParts['caller'];
  readonly controller: GatewayParts['controller'];
  /** What one Session may take. */
  readonly limits?: RoomLimits;
  readonly log: (entry: LogEntry) => void;
}

export interface LogEntry {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

/** A gateway that does not listen yet. Closing it lets go of every journal. */
export interface Gateway {
  readonly server: FastifyInstance;
  /** New connections get the new certificate. */
  renew(tls: GatewayOptions['tls']): void;
}

const requestMs = 60_000;
/** How long an ended journal stays open for an append whose acknowledgement was lost. */
const endedMs = 60_000;

/** The service that session pods talk to: it keeps their journals and decides what enters them. */
export function createGateway(options: GatewayOptions): Gateway {
  const { dataDir, tls, clock, caller, controller, limits = defaultLimits, log } = options;
  const attempts = new Attempts(join(dataDir, 'sessions'));
  const changes = new Changes(clock);
  const journals = new Journals({
    folder: (uid) => attempts.folder(uid),
    newest: (uid) => attempts.current(uid).attempt,
    limits,
    now: () => clock.now(),
    onChange: (uid, view) => {
      changes.tell(uid, view);
      if (view.ended !== null) clock.schedule(endedMs, () => void journals.release(uid).catch(() => {}));
    },
  });
  const parts: GatewayParts = {
    attempts,
    bundles: new Bundles(join(dataDir, 'bundles')),
    journals,
    changes,
    caller,
    controller,
  };

  const server = Fastify({
    https: { ...tls, minVersion: 'TLSv1.3' },
    requestTimeout: requestMs,
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
  server.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  server.setErrorHandler(async (error, request, reply) => {
    const refusal = refusalOf(error);
    log({ method: request.method, url: request.url, ...refusal });
    return reply.code(refusal.status).send({ reason: refusal.reason, message: refusal.message });
  });
  server.setNotFoundHandler(async (_, reply) => reply.code(404).send({ reason: 'NotFound', message: 'no such path' }));
  server.get('/healthz', async () => 'ok');
  podRoutes(server, parts);
  controllerRoutes(server, parts);
  server.addHook('preClose', async () => changes.close());
  server.addHook('onClose', async () => journals.close());
  return {
    server,
    renew: (next) => {
      if ('setSecureContext' in server.server) server.server.setSecureContext(next);
    },
  };
}

interface Refused {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

/** 4xx for what will not become right by asking again, else 503: the other side then waits. */
function refusalOf(error: unknown): Refused {
  if (error instanceof OrketError) return { status: statusOf(error), reason: error.reason, message: error.message };
  if (isClientError(error)) return { status: error.statusCode, reason: 'InvalidInput', message: error.message };
  return { status: 500, reason: 'Internal', message: error instanceof Error ? error.message : 'an unknown failure' };
}

function statusOf(error: OrketError): number {
  switch (error.reason) {
    case 'Forbidden':
      return error instanceof Unauthenticated ? 401 : 403;
    case 'NotFound':
      return 404;
    case 'StaleEpoch':
    case 'HeadMismatch':
    case 'Conflict':
      return 409;
    case 'JournalCorrupt':
    case 'BundleMismatch':
    case 'RuntimeUnsupported':
      return 422;
    case 'InvalidInput':
    case 'NotCanonical':
      return 400;
    case 'StorageExceeded':
      return 413;
    default:
      return catalogue[error.reason].retryable ? 503 : 500;
  }
}

function isClientError(error: unknown): error is { readonly statusCode: number; readonly message: string } {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return false;
  return error.statusCode >= 400 && error.statusCode < 500;
}
