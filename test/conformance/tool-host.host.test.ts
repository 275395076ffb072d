import { rmSync } from 'node:fs';
import { afterAll, describe } from 'vitest';
import type { Confinement } from '../../runtime/tools/host/confinement.ts';
import { setUpBench } from './tool-host-bench.ts';
import { describeIsolation } from './tool-host-isolation.ts';
import { confinementsHere, hostsFolder } from './tool-host-rig.ts';
import { describeToolHost } from './tool-host.ts';
import { describeTrouble } from './tool-host-trouble.ts';

const [found, ...weaker] = await confinementsHere();

describe.each([
  ['modules', 'module'],
  ['Python', 'python'],
] as const)('a tool host for %s', (_what, language) => {
  const bench = setUpBench(language, found);
  describeToolHost(bench);
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
