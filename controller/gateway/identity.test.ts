import { OrketError } from '#crds';
import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../kube/client.ts';
import { fakeClock } from '../../test/controller/fake-clock.ts';
import { callerOf, TokenReviewer } from './identity.ts';

type Review = Parameters<typeof callerOf>[0];

function review(status: NonNullable<Review>['status']): Review {
  return {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    metadata: { name: '' },
    ...(status === undefined ? {} : { status }),
  };
}

const account = 'system:serviceaccount:team:default';
const good = {
  authenticated: true,
  audiences: ['orket-gateway'],
  user: {
    username: account,
    extra: { 'authentication.kubernetes.io/pod-name': ['hello-a1'], 'authentication.kubernetes.io/pod-uid': ['uid'] },
  },
};

describe('callerOf', () => {
  it('takes the pod that a token is bound to, in the namespace of its account', () => {
    expect(callerOf(review(good))).toEqual({
      username: account,
      pod: { namespace: 'team', name: 'hello-a1', uid: 'uid' },
    });
  });

  it('takes an account whose token is bound to no pod', () => {
    expect(callerOf(review({ ...good, user: { username: account } }))).toEqual({ username: account, pod: null });
  });

  it.each([
    ['no answer', undefined],
    ['a token that is not authentic', { ...good, authenticated: false }],
    ['a token for somebody else', { ...good, audiences: ['https://kubernetes.default.svc'] }],
    ['a token without an audience', { authenticated: true, user: good.user }],
    ['a person', { ...good, user: { username: 'alice' } }],
    ['a name that only looks like an account', { ...good, user: { username: `x${account}` } }],
  ])('takes nobody for %s', (_, status) => {
    expect(callerOf(review(status))).toBeNull();
  });
});

describe('TokenReviewer', () => {
  function reviewer(answer: () => Promise<Review>) {
    const clock = fakeClock();
    const asked: unknown[] = [];
    const create = async (_: unknown, body: unknown) => {
      asked.push(body);
      return answer();
    };
    // Only `create` is asked of the client.
    const client = { create } as unknown as KubeClient;
    return { clock, asked, tokens: new TokenReviewer(client, () => clock.now()) };
  }

  it('asks once for some seconds, and again afterwards', async () => {
    const { clock, asked, tokens } = reviewer(async () => review(good));
    await Promise.all([tokens.caller('Bearer t'), tokens.caller('Bearer t')]);
    clock.advance(19_000);
    await tokens.caller('Bearer t');
    expect(asked).toEqual([{ metadata: {}, spec: { token: 't', audiences: ['orket-gateway'] } }]);
    clock.advance(2000);
    await tokens.caller('Bearer t');
    expect(asked).toHaveLength(2);
  });

  it('remembers a refusal only for a moment', async () => {
    const { clock, asked, tokens } = reviewer(async () => review({ authenticated: false }));
    await expect(tokens.caller('Bearer t')).rejects.toMatchObject({ reason: 'Forbidden' });
    clock.advance(2100);
    await expect(tokens.caller('Bearer t')).rejects.toMatchObject({ reason: 'Forbidden' });
    expect(asked).toHaveLength(2);
  });

  it('asks nobody about what is no token', async () => {
    const { asked, tokens } = reviewer(async () => review(good));
    for (const text of [undefined, 'Basic x', 'Bearer ', `Bearer ${'x'.repeat(20_000)}`]) {
      await expect(tokens.caller(text)).rejects.toMatchObject({ reason: 'Forbidden' });
    }
    expect(asked).toEqual([]);
  });

  it('passes on that the API server is away, and asks again', async () => {
    let away = true;
    const { tokens } = reviewer(async () => {
      if (away) throw new OrketError('ClusterUnreachable', 'away');
      return review(good);
    });
    await expect(tokens.caller('Bearer t')).rejects.toMatchObject({ reason: 'ClusterUnreachable' });
    away = false;
    expect(await tokens.caller('Bearer t')).toMatchObject({ username: account });
  });
});
