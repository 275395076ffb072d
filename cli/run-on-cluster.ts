import { formatSecond, OrketError, type JsonObject, type Session } from '#crds';
import { connect, isFinal, manualSession } from '#controller';
import type { Shell } from './commands/verb.ts';
import { missing, knownKind } from './commands/get.ts';
import { Progress } from './output/progress.ts';
import type { Target } from './target.ts';

export interface ClusterRunOptions {
  readonly flow: string;
  readonly inputs: JsonObject;
  readonly detach: boolean;
  readonly target: Target;
}

/** Creates a Session of a Flow that the cluster has and, unless told to go, follows it to its end. */
export async function runOnCluster(
  { flow: name, inputs, detach, target }: ClusterRunOptions,
  { terminal, uuid, clock }: Shell,
): Promise<Session> {
  if (target.type === 'local') {
    throw new OrketError('NotFound', 'there is nothing at this path', {
      at: name,
      expected: 'a file or folder of manifests, REPO@REF, or with --kubeconfig or --context a Flow of a cluster',
      found: 'nothing',
    });
  }
  const cluster = await connect({ ...target, clock });
  const flow = await cluster.get('Flow', cluster.namespace, name);
  if (flow?.kind !== 'Flow') throw missing(knownKind('flow'), name);
  const draft = manualSession(flow, inputs, uuid(), uuid(), formatSecond(terminal.clock()));
  const { uid: _uid, generation: _generation, creationTimestamp: _created, ...metadata } = draft.metadata;
  let session = await cluster.createSession({ ...draft, metadata });
  const progress = new Progress(terminal);
  progress.note(`Session ${session.metadata.name} of Flow ${name} in namespace ${cluster.namespace}`);
  if (detach) return session;
  let said = '';
  for await (session of cluster.follow(cluster.namespace, session.metadata.name, terminal.signal)) {
    const { phase, message } = session.status;
    const line = `${phase ?? 'Pending'}${message === undefined ? '' : `: ${message}`}`;
    if (line !== said) progress.note(line);
    said = line;
    if (isFinal(phase)) return session;
  }
  return session;
}
