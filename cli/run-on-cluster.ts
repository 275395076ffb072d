import type { Session } from '#crds';
import { connect, isFinal, manualSession } from '#controller';
import type { Shell } from './commands/verb.ts';
import { knownKind, missing } from './objects.ts';
import { inputsFor, type GivenInputs } from './inputs.ts';
import { Progress } from './output/progress.ts';
import { requestOf } from './request.ts';
import type { ClusterTarget } from './target.ts';

export interface ClusterRunOptions {
  readonly flow: string;
  readonly inputs: GivenInputs;
  readonly detach: boolean;
  readonly target: ClusterTarget;
}

/** Creates a Session of a Flow that the cluster has and, unless told to go, follows it to its end. */
export async function runOnCluster(
  { flow: name, inputs, detach, target }: ClusterRunOptions,
  shell: Shell,
): Promise<Session> {
  const { terminal, clock } = shell;
  const cluster = await connect({ ...target, clock });
  const flow = await cluster.get('Flow', cluster.namespace, name);
  if (flow?.kind !== 'Flow') throw missing(knownKind('flow'), name);
  const draft = manualSession(flow, inputsFor(flow.spec.inputSchema, inputs), requestOf(shell));
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
