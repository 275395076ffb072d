import { digestOf, formatInstant, type Instant, type ObjectMeta } from '#crds';
import type { EventText, ObjectKey } from '../reconcile/plan.ts';
import type { KubeClient } from './client.ts';
import type { Clock } from './clock.ts';
import { cutText } from '../reconcile/conditions.ts';
import type { KubeObject, KubeResource } from './resource.ts';

export interface KubeEvent extends KubeObject {
  readonly kind: 'Event';
  readonly metadata: ObjectMeta;
}

export const events: KubeResource<KubeEvent> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
};

export interface RecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** `orket.dev/controller`. */
  readonly controller: string;
  /** The pod that this process is. */
  readonly instance: string;
  readonly apiVersion: string;
}

interface Series {
  readonly name: string;
  readonly first: Instant;
  count: number;
}

const seriesMs = 600_000;
const seriesKept = 4096;
const noteCharacters = 1000;

/**
 * Tells of facts as Kubernetes Events. The same fact about the same object within ten minutes becomes one Event with a count,
 * however often it comes back.
 */
export class EventRecorder {
  readonly #options: RecorderOptions;
  readonly #series = new Map<string, Series>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  async record(about: ObjectKey, event: EventText): Promise<void> {
    const { clock } = this.#options;
    const key = digestOf([about.uid, event.type, event.reason, event.action, event.message]);
    const now = clock.now();
    const known = this.#series.get(key);
    if (known !== undefined && now - known.first < seriesMs) {
      known.count += 1;
      await this.#count(about, event, known, now);
      return;
    }
    const name = `${about.name}.${digestOf([key, now]).slice('sha256:'.length, 'sha256:'.length + 16)}`;
    const series: Series = { name, first: now, count: 1 };
    this.#keep(key, series);
    await this.#options.client.create(events, { ...this.#body(about, event, series) });
  }

  /** Only every power of two, so that a fact that comes back for ever costs ever less. */
  async #count(about: ObjectKey, event: EventText, series: Series, now: Instant): Promise<void> {
    if ((series.count & (series.count - 1)) !== 0) return;
    const body = { ...this.#body(about, event, series), series: { count: series.count, lastObservedTime: micro(now) } };
    await this.#options.client.apply(events, body, { fieldManager: this.#options.controller });
  }

  #keep(key: string, series: Series): void {
    this.#series.delete(key);
    this.#series.set(key, series);
    const [oldest] = this.#series.keys();
    if (this.#series.size > seriesKept && oldest !== undefined) this.#series.delete(oldest);
  }

  #body(about: ObjectKey, { type, reason, action, message }: EventText, { name, first }: Series) {
    const { controller, instance, apiVersion } = this.#options;
    const { kind, namespace, uid } = about;
    return {
      metadata: { namespace, name },
      eventTime: micro(first),
      reportingController: controller,
      reportingInstance: instance,
      action,
      reason,
      type,
      note: cutText(message, noteCharacters),
      regarding: { apiVersion, kind, namespace, name: about.name, uid },
    };
  }
}

/** Events keep microseconds. */
function micro(instant: Instant): string {
  return formatInstant(instant).replace('Z', '000Z');
}
