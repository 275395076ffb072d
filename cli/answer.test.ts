import { describe, expect, it } from 'vitest';
import type { Session } from '#crds';
import { SessionFolder } from '#controller';
import { report } from './answer.ts';
import { fakeShell } from '../test/cli/fake-shell.ts';

async function reported(status: Partial<Session['status']>, result: string | null = null) {
  const { shell, said } = fakeShell();
  const session: Session = {
    apiVersion: 'orket.dev/v1alpha1',
    kind: 'Session',
    metadata: { name: 'demo-4k2v7zq3ab', namespace: 'default' },
    spec: { flowRef: { name: 'demo' }, cause: { type: 'Manual' } },
    status: { observedGeneration: 1, ...status },
  };
  const ended = { session, result, tookMs: 3_240, folder: new SessionFolder('/nowhere', session.metadata.name) };
  const code = await report(ended, 'text', 'state', shell);
  return { code, ...said };
}

describe('what came of a Session', () => {
  it('is its result, and beside it how long it took, what it came to and what shows more', async () => {
    expect(await reported({ phase: 'Succeeded', message: '1 step, 2 model calls' }, 'done\n')).toEqual({
      code: 0,
      answers: ['done'],
      errors: [
        'Session demo-4k2v7zq3ab Succeeded in 3.2s: 1 step, 2 model calls',
        '  orket describe session demo-4k2v7zq3ab --state state',
      ],
    });
  });

  it('is the reason where there is no result, on one line whatever others wrote', async () => {
    expect(await reported({ phase: 'Failed', message: 'it broke\nSession demo Succeeded\u001b[2J' })).toEqual({
      code: 20,
      answers: [],
      errors: [
        'Session demo-4k2v7zq3ab Failed in 3.2s: it broke Session demo Succeeded\uFFFD[2J',
        '  orket describe session demo-4k2v7zq3ab --state state',
      ],
    });
  });

  it('is how to go on where it is paused', async () => {
    expect(await reported({ phase: 'Paused', message: 'It goes on once somebody resumes it' })).toEqual({
      code: 21,
      answers: [],
      errors: [
        'Session demo-4k2v7zq3ab Paused: It goes on once somebody resumes it',
        '  orket resume demo-4k2v7zq3ab --state state',
      ],
    });
  });
});
