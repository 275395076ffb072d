import { describe, expect, it } from 'vitest';
import type { Session } from '#crds';
import { describeObject } from './describe.ts';

const at = '2026-07-01T10:00:00Z';

function session(status: Partial<Session['status']>): Session {
  return {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Session',
    metadata: { name: 'demo-4k2v7zq3ab', namespace: 'default', creationTimestamp: at },
    spec: { flowRef: { name: 'demo' }, cause: { type: 'Manual' } },
    status: { observedGeneration: 1, ...status },
  };
}

describe('a Session for a person to read', () => {
  it('says what is known and leaves out what is not', () => {
    expect(describeObject(session({}), [])).toBe(
      [
        'Name:        demo-4k2v7zq3ab',
        'Namespace:   default',
        'Kind:        Session',
        `Created:     ${at}`,
        'Flow:        demo',
        'Cause:       Manual',
      ].join('\n'),
    );
  });

  it('shows steps, the result and Events in columns', () => {
    const text = describeObject(
      session({ phase: 'Succeeded', steps: [{ id: 'one', phase: 'Succeeded', startTime: at }], result: 'a\nb' }),
      [{ time: at, type: 'Normal', reason: 'Succeeded', message: 'done' }],
    );
    expect(text).toContain(`  one   Succeeded   ${at}`);
    expect(text).toContain('Result:\n  a\n  b');
    expect(text).toContain(`  ${at}   Normal   Succeeded   done`);
  });
});
