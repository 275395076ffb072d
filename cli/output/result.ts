import { stringify } from 'yaml';
import type { Session } from '#crds';
import { asJson } from './print.ts';

export type ResultFormat = 'text' | 'json' | 'yaml' | 'name';

/** What `run` answers: the result as text, the whole resource, or what to call it. */
export function printResult(session: Session, result: string | null, format: ResultFormat): string {
  switch (format) {
    case 'text':
      return (result ?? session.status.message ?? '').replace(/\n$/, '');
    case 'json':
      return JSON.stringify(asJson(session), null, 2);
    case 'yaml':
      return stringify(asJson(session), { lineWidth: 0 }).trimEnd();
    case 'name':
      return `session.orket.dev/${session.metadata.name}`;
  }
}
