import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Confinement } from '../../runtime/tools/host/confinement.ts';
import { setUpBench } from './tool-host-bench.ts';
import { describeIsolation } from './tool-host-isolation.ts';
import { confinementsHere, hostsFolder } from './tool-host-rig.ts';
import { describeToolHost } from './tool-host.ts';
import { describeCallsOfOthers } from './tool-host-calls.ts';
import { describeTrouble } from './tool-host-trouble.ts';

const [found, ...weaker] = await confinementsHere();
if (found === undefined) throw new Error('without anything it always works');

it('keeps hosts apart by namespaces', ({ skip }) => {
  if (process.env['CI'] === undefined && found.kind !== 'namespaces')
    return skip(`this machine offers no namespaces, so what they keep apart is not tested: ${found.kind}`);
  expect(found.kind).toBe('namespaces');
});

describe.each([
  ['modules', 'module'],
  ['Python', 'python'],
] as const)('a tool host for %s', (_what, language) => {
  const bench = setUpBench(language, found);
  describeToolHost(bench);
  describeCallsOfOthers(bench);
  describeTrouble(bench);
  describeIsolation(bench);

  // What is used where this machine would offer less.
  describe.each(weaker.map((confinement) => [wordsFor(confinement), confinement] as const))(
    'confined by %s',
    (_how, confinement) => describeIsolation(setUpBench(language, confinement)),
  );
});

afterAll(() => rmSync(hostsFolder, { recursive: true }));

function wordsFor(confinement: Confinement): string {
  return confinement.kind === 'namespaces' ? `namespaces ${confinement.otherUser}` : confinement.kind;
}
