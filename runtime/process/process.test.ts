import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#crds';
import { readArguments } from './arguments.ts';
import { readLaunch } from './launch.ts';

describe('the arguments of a session process', () => {
  it('name a folder', () => {
    const args = ['--dir', '/s', '--anchor-dir', '/a', '--state-dir', '/t', '--secrets-fd', '4', '--progress-fd=3'];
    expect(readArguments(args)).toEqual({
      place: { kind: 'folder', dir: '/s', anchorDir: '/a', stateDir: '/t' },
      secretsFd: 4,
      progressFd: 3,
      parkAfterMs: null,
    });
  });

  it('or a gateway', () => {
    const args = [
      '--gateway',
      'https://g',
      '--token-file',
      '/t',
      '--ca-file',
      '/c',
      '--session',
      'u',
      '--attempt',
      '2',
    ];
    expect(readArguments(args)).toEqual({
      place: { kind: 'gateway', url: 'https://g', tokenFile: '/t', caFile: '/c', uid: 'u', attempt: 2 },
      secretsFd: null,
      progressFd: null,
      parkAfterMs: null,
    });
  });

  it.each([
    ['nothing', [], 'no --gateway'],
    ['both', ['--dir', '/s', '--gateway', 'https://g'], 'found both'],
    [
      'a gateway without its certificate',
      ['--gateway', 'https://g', '--token-file', '/t', '--session', 'u'],
      'no --ca-file',
    ],
    [
      'an attempt before the first',
      ['--gateway', 'https://g', '--token-file', '/t', '--ca-file', '/c', '--session', 'u', '--attempt', '0'],
      '--attempt with a number from 1',
    ],
    ['what is unknown', ['--dir', '/s', '--force'], "Unknown option '--force'"],
    ['standard output for secrets', ['--dir', '/s', '--secrets-fd', '1'], 'an inherited descriptor from 3'],
    ['no time to wait', ['--dir', '/s', '--park-after-ms=-1'], 'a number from 0'],
    ['no number', ['--dir', '/s', '--progress-fd', 'three'], 'found three'],
  ])('are not %s', (_what, args, said) => {
    expect(() => readArguments(args)).toThrow(said);
  });
});

describe('a launch', () => {
  const launch: JsonObject = {
    launchVersion: 1,
    session: { name: 's', uid: 'u' },
    provenance: { source: 'test' },
    spaces: { workspace: '/w', domain: null, references: { handbook: '/h' } },
    policies: { manifests: '/m', namespace: 'default', labels: { team: '' } },
    modelFiles: {},
    apiKeys: { main: 'keys/openai' },
    venueLimits: { concurrency: 2, requestsPerMinute: 60, tokensPerMinute: 10_000 },
  };

  it('is read as it is', () => expect(readLaunch(launch)).toEqual(launch));

  it('says nothing of where state is kept, or of a folder beside the domain', () => {
    const spaces = { workspace: '/w', domain: null, references: { handbook: '/h' } };
    expect(readLaunch({ ...launch, stateDir: '/others', spaces: { ...spaces, launch: '/others' } })).toEqual(launch);
  });

  it.each([
    ['another version', { launchVersion: 2 }, 'launchVersion'],
    ['no Session', { session: {} }, 'session.name'],
    ['no workspace', { spaces: { references: {} } }, 'spaces.workspace'],
    [
      'a number for a folder',
      { spaces: { workspace: '/w', references: { handbook: 1 } } },
      'spaces.references.handbook',
    ],
    [
      'a label that is no text',
      { policies: { manifests: '/m', namespace: 'n', labels: { a: 1 } } },
      'policies.labels.a',
    ],
    ['a limit of nothing', { venueLimits: { concurrency: 0 } }, 'venueLimits.concurrency'],
    ['a limit that is text', { venueLimits: { tokensPerMinute: '9' } }, 'venueLimits.tokensPerMinute'],
    ['no object at all', { provenance: 'me' }, 'provenance'],
  ])('with %s is refused with its place', (_what, parts, at) => {
    expect(() => readLaunch({ ...launch, ...parts })).toThrow(at);
  });
});
