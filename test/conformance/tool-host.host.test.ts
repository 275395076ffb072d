import { describe } from 'vitest';
import { setUpBench } from './tool-host-bench.ts';
import { describeToolHost } from './tool-host.ts';
import { describeTrouble } from './tool-host-trouble.ts';

describe.each([
  ['modules', 'module'],
  ['Python', 'python'],
] as const)('a tool host for %s', (_what, language) => {
  const bench = setUpBench(language);
  describeToolHost(bench);
  describeTrouble(bench);
});
