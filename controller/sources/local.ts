import type { Resource, Session, SessionStatus } from '#crds';
import type { EventText, ObjectKey } from '../reconcile/plan.ts';
import type { SessionFolder } from './session-folder.ts';
import type { Source } from './source.ts';

/**
 * Resources of a checkout and one Session of them, kept in its folder. Status of the definitions is not written: where
 * there is no cluster `validate` tells it.
 */
export class LocalSource implements Source {
  readonly #resources: readonly Resource[];
  readonly #folder: SessionFolder;
  readonly #onEvent: (about: ObjectKey, event: EventText) => void;
  #session: Session;

  constructor(
    resources: readonly Resource[],
    session: Session,
    folder: SessionFolder,
    onEvent: (about: ObjectKey, event: EventText) => void,
  ) {
    this.#resources = resources;
    this.#session = session;
    this.#folder = folder;
    this.#onEvent = onEvent;
  }

  /** As last written. */
  get session(): Session {
    return this.#session;
  }

  resources(): readonly Resource[] {
    return this.#resources;
  }

  async createSession(session: Session): Promise<boolean> {
    this.#session = session;
    await this.#folder.create();
    await this.#folder.writeSession(session);
    return true;
  }

  async writeSessionStatus(_session: Session, status: SessionStatus): Promise<void> {
    this.#session = { ...this.#session, status };
    await this.#folder.writeSession(this.#session);
  }

  async writeFlowStatus(): Promise<void> {}

  async writeDefinitionStatus(): Promise<void> {}

  async event(about: ObjectKey, event: EventText): Promise<void> {
    this.#onEvent(about, event);
  }
}
