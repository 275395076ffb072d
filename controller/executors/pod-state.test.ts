import { describe, expect, it } from 'vitest';
import { stateOfPod, type Pod } from './pod-state.ts';

function pod(status: Pod['status']): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'hello-a2', uid: 'pod-uid', labels: { 'orket.dev/attempt': '2' } },
    spec: { containers: [{ image: 'orket.dev/session:1' }] },
    ...(status === undefined ? {} : { status }),
  };
}

const starting = { state: 'starting', waitsFor: null };

describe('stateOfPod', () => {
  it.each([
    ['nobody has looked at', undefined, starting],
    [
      'its image is pulled',
      { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] },
      starting,
    ],
    [
      'its image is not to be had',
      {
        phase: 'Pending',
        containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } }],
      },
      { state: 'starting', waitsFor: 'ErrImagePull: no such image' },
    ],
    [
      'no node has room',
      {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
      },
      { state: 'starting', waitsFor: 'Unschedulable: 0/3 nodes' },
    ],
    ['its container runs', { phase: 'Running', containerStatuses: [{ state: { running: {} } }] }, { state: 'running' }],
    [
      'its container was killed, before the phase says so',
      { phase: 'Running', containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }] },
      { state: 'ended', exit: { code: 137, reason: 'OOMKilled', message: '' } },
    ],
    [
      'it was evicted before it ran',
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' },
      { state: 'ended', exit: { code: null, reason: 'Evicted', message: 'The node was low on memory' } },
    ],
    [
      'it was evicted while it ran',
      {
        phase: 'Failed',
        reason: 'Evicted',
        containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'Error', message: 'last words\n' } } }],
      },
      { state: 'ended', exit: { code: 137, reason: 'Evicted', message: 'last words' } },
    ],
  ] as const)('knows a pod when %s', (_, status, expected) => {
    expect(stateOfPod(pod(status))).toMatchObject({
      attempt: 2,
      runner: { kind: 'pod', name: 'hello-a2', uid: 'pod-uid', image: 'orket.dev/session:1' },
      ...expected,
    });
  });
});
