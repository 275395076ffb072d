import type { Flow, FlowStatus, Resource, Session, SessionStatus } from '#crds';
import type { Definition, DefinitionStatus, EventText, ObjectKey } from '../reconcile/plan.ts';

/** Where resources come from and status goes: an API server, or a git checkout. */
export interface Source {
  /** Everything of one namespace that a closure may refer to, as last seen. */
  resources(namespace: string): readonly Resource[];
  /** True when it was created, false when it was there already. */
  createSession(session: Session): Promise<boolean>;
  writeFlowStatus(flow: Flow, status: FlowStatus): Promise<void>;
  writeDefinitionStatus(definition: Definition, status: DefinitionStatus): Promise<void>;
  writeSessionStatus(session: Session, status: SessionStatus): Promise<void>;
  event(about: ObjectKey, event: EventText): Promise<void>;
}
