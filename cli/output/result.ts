import { stringify } from 'yaml';
import type { Session } from '#crds';
import { asJson } from './print.ts';

export type ResultFormat = 'text' | 'json' | 'yaml' | 'name';

/** What `run` answers: the result of the Session, or the whole resource. */
export function printResult(session: Session, format: ResultFormat): string {
  switch (format) {
    case 'text':
      return session.status.result ?? session.status.message ?? '';
    case 'json':
      return JSON.stringify(asJson(session), null, 2);
    case 'yaml':
      return stringify(asJson(session), { lineWidth: 0 }).trimEnd();
    case 'name':
      return `session.orket.dev/${session.metadata.name}`;
  }
}
