import type { JsonObject } from '#crds';
import { semanticsOf } from '#runtime';
import { openWorkspace } from '../../runtime/workspace/open.ts';
import { hosted, hostsFor, type Language } from '../conformance/tool-host-rig.ts';
import { callContext } from '../session/call-context.ts';
import type { Bench, Scale } from './bench.ts';
import { sampleOf } from './sample.ts';
import type { Row } from './table.ts';
import { inFolder } from './temporary.ts';

export const toolHosts: Bench = {
  name: 'hosts',
  title: 'Tools of others',
  needsBundles: false,
  notes: [
    'A tool that repeats a text, in a host process under all the confinement that this machine offers. The first call starts the host; further ones find it there.',
  ],
  measure: async (scale) => [...(await rowsFor('module', scale)), ...(await rowsFor('python', scale))],
};

async function rowsFor(language: Language, { pick, say }: Scale): Promise<readonly Row[]> {
  const title = language === 'module' ? 'TypeScript' : 'Python';
  say(`tools in ${title}`);
  const first: number[] = [];
  const further: number[] = [];
  for (let round = 0; round < pick(5, 1); round += 1) {
    const [cold = Number.NaN, ...warm] = await inFolder((folder) => calls(language, folder, pick(100, 2) + 1));
    first.push(cold);
    further.push(...warm);
  }
  return [
    { what: `${title}: the first call`, sample: sampleOf(first), unit: 'ms', bar: null },
    { what: `${title}: each further call`, sample: sampleOf(further), unit: 'ms', bar: null },
  ];
}

/** Milliseconds of each call of one host, one after another. */
async function calls(language: Language, folder: string, count: number): Promise<readonly number[]> {
  const tool = await hosted(language, 'repeat');
  const workspace = await openWorkspace({
    spaces: { workspace: folder, domain: null, references: {} },
    policy: { readScope: ['workspace'], writeScope: ['workspace'] },
    sizeLimitBytes: 1_000_000,
    limits: semanticsOf(1).fileLimits,
    domainTree: null,
    referenceTrees: {},
  });
  const hosts = await hostsFor([tool]);
  const input: JsonObject = { text: 'ab', times: 3 };
  const measured: number[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      const context = callContext(workspace.forCall(), { path: `a#${index + 1}~1` });
      const began = performance.now();
      const output = await hosts.call(tool, input, context);
      measured.push(performance.now() - began);
      if (output !== 'ababab') throw new Error(`the tool gave ${JSON.stringify(output)}`);
    }
  } finally {
    await hosts.close();
  }
  return measured;
}
