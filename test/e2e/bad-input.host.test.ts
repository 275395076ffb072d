import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git } from './git.ts';
import { band, closure, flow, role, score } from './manifests.ts';
import { Sandbox, type Finished } from './sandbox.ts';

/** What a command line may hold at most, whatever it is given. Doing nothing takes about 130 MiB. */
const memoryBound = 400 * 1024 * 1024;

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = new Sandbox();
});
afterAll(() => sandbox.remove());

/** Everything that an error has to tell, in whichever order: place, expected, found, remedy. */
function expectRefusal({ code, output, stdout, peakBytes }: Finished, ...words: readonly string[]): void {
  expect(code, output).toBe(2);
  for (const word of words) expect(output).toContain(word);
  expect(output).toMatch(/expected /);
  expect(output).toMatch(/found /);
  expect(output.length).toBeLessThan(4000);
  expect(stdout + output).not.toContain('internal error');
  expect(peakBytes).toBeLessThan(memoryBound);
}

const documents = (count: number): string =>
  Array.from({ length: count }, (_, index) => JSON.stringify(named(`s${index}`))).join('\n---\n');

function named(name: string): object {
  return { ...score(), metadata: { name } };
}

function anchorBomb(): string {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const item = level === 0 ? 'x' : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array.from({ length: 10 }, () => item).join(', ')}]`;
  });
  return levels.join('\n');
}

describe('text that is no set of manifests', () => {
  it.each([
    ['does not parse', 'kind: [Flow\nspec: }', 'bad.yaml:2:', 'not valid YAML'],
    ['is a bomb of anchors', anchorBomb(), 'bad.yaml:', 'aliases written out'],
    ['is a bomb of merge keys', `${anchorBomb()}\nb: { <<: *a11 }`, 'bad.yaml:', 'found '],
    [
      'names a key twice',
      'apiVersion: orket.dev/v1alpha1\nkind: Flow\nkind: Flow\n',
      'bad.yaml:3:1',
      'Remove one of the two',
    ],
    ['holds 10,000 documents', documents(10_000), 'bad.yaml:', 'at most 2000 documents'],
    ['is 50 MiB', `a: |\n${`  ${'x'.repeat(1021)}\n`.repeat(50 * 1024)}`, 'bad.yaml:1:1', 'at most 4194304 bytes'],
    ['is no text', Buffer.from([0x61, 0x3a, 0xff, 0xfe, 0x00, 0x0a]), 'bad.yaml:1', 'UTF-8'],
    ['nests without end', `a: ${'['.repeat(50_000)}`, 'bad.yaml:1', 'found '],
    ['is empty', '# nothing\n', 'bad.yaml:1:1', 'this file holds no manifest of Orket'],
    ['is none of ours', 'apiVersion: v1\nkind: ConfigMap\n', 'bad.yaml:1:1', 'this file holds no manifest of Orket'],
  ])('a file that %s', async (_, text, place, words) => {
    sandbox.write('bad.yaml', text);
    expectRefusal(await sandbox.orket('run', 'bad.yaml'), place, words);
  });
});

describe('a folder with other things in it', () => {
  beforeAll(() => {
    sandbox.write('project/compose.yaml', 'services:\n  web:\n    image: nginx\n');
    sandbox.write('project/package.json', { name: 'web', scripts: {} });
    sandbox.write('project/tsconfig.json', '{ // a comment\n "include": [],\n}');
    sandbox.write('project/chart/values.yaml', 'kind: web\nreplicas: 2\n');
    sandbox.write('project/chart/templates/web.yaml', 'apiVersion: apps/v1\nkind: Deployment\n{{- with .Values }}\n');
    sandbox.write('project/ci/build.yml', 'on: [push]\njobs: {}\n');
    sandbox.write('project/policy.yaml', 'apiVersion: kyverno.io/v1\nkind: Policy\nmetadata: { name: any }\n');
    sandbox.manifests('project/flow.yaml', closure());
  });

  it('is validated and run', async () => {
    expect(await sandbox.orket('validate', 'project')).toMatchObject({ code: 0, stdout: '4 resources, all valid\n' });
    expect(await sandbox.orket('run', 'project', '--state', 'elsewhere')).toMatchObject({ code: 0 });
  });

  it('is told of what is nearly a manifest', async () => {
    const late = { ...flow({ name: 'late' }), apiVersion: 'orket.dev/v1alpha2' };
    sandbox.manifests('project/late.yaml', [late]);
    expectRefusal(
      await sandbox.orket('validate', 'project'),
      'late.yaml:2:3 apiVersion',
      'Did you mean "orket.dev/v1alpha1"?',
    );
  });
});

describe('manifests that are wrong in one place', () => {
  const other = { ...band(), metadata: { name: 'band', namespace: 'other' } };
  const here = { ...flow(), metadata: { name: 'demo', namespace: 'here' } };
  const policy = (match: string): object => {
    const rules = [{ match, action: 'deny' }];
    return { apiVersion: 'orket.dev/v1alpha1', kind: 'Policy', metadata: { name: 'policy' }, spec: { rules } };
  };
  const step = (fields: object): object => score({ id: 'work', role: 'worker', task: 'Work.', ...fields });
  it.each<[string, readonly object[], ...string[]]>([
    ['kind', [...closure(), { ...flow(), kind: 'Flwo' }], ' kind:', 'Did you mean "Flow"?'],
    [
      'version',
      [...closure(), { ...flow({ name: 'b' }), apiVersion: 'orket.dev/v2' }],
      'Write apiVersion: orket.dev/v1alpha1',
    ],
    ['group', [...closure(), { ...flow({ name: 'b' }), apiVersion: 'orkt.dev/v1alpha1' }], 'apiVersion'],
    ['namespace', closure({ flow: here, band: other }), 'metadata.namespace', 'more than one namespace'],
    ['a name twice', [...closure(), band()], 'band'],
    ['an unknown field', closure({ flow: flow({ spec: { bandref: {} } }) }), 'spec.bandref', 'Did you mean "bandRef"?'],
    [
      'a misspelt reference',
      closure({ flow: flow({ spec: { bandRef: { name: 'bnad' } } }) }),
      'spec.bandRef.name',
      'Did you mean "band"?',
    ],
    ['a missing reference', closure().slice(0, 3), 'spec.scoreRef.name', 'Add a Score of that name.'],
    ['a misspelt role', closure({ score: step({ role: 'wroker' }) }), 'spec.steps[0].role', 'Did you mean "worker"?'],
    [
      'an unknown tool',
      closure({ band: band({ spec: { roles: [role({ tools: ['files.raed'] })] } }) }),
      'tools',
      'Did you mean "files.read"?',
    ],
    [
      'a schema that is none',
      closure({ band: band({ spec: { roles: [role({ outputSchema: { type: 'strnig' } })] } }) }),
      'outputSchema.type',
      '"strnig"',
    ],
    [
      'an expression that does not compile',
      closure({ score: step({ task: '${{ inputs. }}' }) }),
      'spec.steps[0].task',
      'a CEL expression',
    ],
    ['an expression without an end', closure({ score: step({ task: '${{ inputs.a' }) }), 'spec.steps[0].task', '}}'],
    [
      'a variable that is not there',
      closure({ score: step({ task: '${{ inptus.a }}' }) }),
      'spec.steps[0].task',
      'Did you mean "inputs"?',
    ],
    [
      'a risk that there is not',
      [...closure(), policy('call.risk == "destructve" || call.name == "files.raed"')],
      'spec.rules[0].match: call.risk is never "destructve"',
      'Did you mean "destructive"?',
      'spec.rules[0].match: nothing that is known here is called "files.raed"',
    ],
    ['null in inputs', closure({ flow: flow({ spec: { inputs: { a: null } } }) }), 'spec.inputs', 'null'],
  ])('%s', async (_, resources, ...words) => {
    sandbox.manifests('bad.yaml', resources);
    const verbs = ['validate', 'run'] as const;
    const [validated, run] = await Promise.all(verbs.map((verb) => sandbox.orket(verb, 'bad.yaml')));
    if (validated === undefined || run === undefined) throw new Error('both were run');
    expectRefusal(validated, 'bad.yaml:', ...words);
    expectRefusal(run, 'bad.yaml:', ...words);
    expect(run.stdout).toBe('');
  });

  it('are told as they are written in YAML, and what is hardly meant is warned of', async () => {
    sandbox.write(
      'bad.yaml',
      [
        'apiVersion: orket.dev/v1alpha1',
        'kind: Band',
        'metadata: { name: a }',
        'spec:',
        '  roles:',
        '    - name: no',
        '      prompt: Work.',
        '      inputSchema: { properties: { y: { type: number } } }',
        '    - name: writer',
        '      prompt: Write.',
        '      timeoutSeconds: 4s',
      ].join('\n'),
    );
    const run = await sandbox.orket('validate', 'bad.yaml');
    expectRefusal(run, 'bad.yaml:6:7', 'found no, which YAML 1.1 reads as false', 'Write a number of seconds: 4.');
    expect(run.stderr).toContain('warning: bad.yaml:8:36: YAML 1.1 reads this key as "true"');
  });

  it('are all told at once, also as JSON', async () => {
    const roles = [role({ tools: ['no.tool'] })];
    sandbox.manifests('bad.yaml', closure({ band: band({ spec: { roles } }), score: step({ role: 'nobody' }) }));
    const run = await sandbox.orket('validate', 'bad.yaml', '-o', 'json');
    expect(run.code).toBe(2);
    const { valid, problems } = JSON.parse(run.stdout);
    expect(valid).toBe(false);
    expect(problems.length).toBeGreaterThan(1);
    for (const problem of problems) {
      expect(problem).toMatchObject({
        file: 'bad.yaml',
        line: expect.any(Number),
        path: expect.stringContaining('spec.'),
      });
    }
  });

  it('are told alike where the code of tools is not where they say, in git and outside', async () => {
    const tools = [{ name: 'count', inputSchema: { type: 'object' }, risk: 'read' }];
    const spec = { source: 'module', path: 'tools/word.ts', tools };
    const toolset = { apiVersion: 'orket.dev/v1alpha1', kind: 'Toolset', metadata: { name: 'words' }, spec };
    const all = [...closure({ flow: flow({ spec: { toolsetRefs: [{ name: 'words' }] } }) }), toolset];
    sandbox.manifests('work/team/bad.yaml', all);
    sandbox.write('work/tools/words.ts', '');
    for (const [root, remedy] of [
      [join(sandbox.path, 'work', 'team'), 'outside git, at the folder that is run'],
      [join(sandbox.path, 'work'), 'Did you mean "words.ts"?'],
    ] as const) {
      if (root.endsWith('work')) git(root, 'init', '--quiet');
      const told = [
        /team\/bad\.yaml:\d+:\d+ spec\.path/,
        `expected a file below ${root}, found "tools/word.ts"`,
        remedy,
      ];
      for (const verb of ['validate', 'run']) {
        const run = await sandbox.orket(verb, 'work/team/bad.yaml');
        expect(run.code, run.output).toBe(2);
        for (const text of told) expect(run.output).toMatch(text);
      }
    }
  });

  it('leave no Session behind', () => expect(sandbox.sessions()).toEqual([]));
});

describe('a command line that cannot be meant', () => {
  it.each([
    ['an unknown verb', ['rnu', 'x'], ['rnu', 'Did you mean "run"?']],
    ['an unknown flag', ['get', 'sessions', '--otput', 'json'], ['--otput', '--help']],
    ['a missing argument', ['run'], ['path-or-flow', '--help']],
    ['an unknown format', ['get', 'sessions', '-o', 'xml'], ['xml', 'json']],
    ['an unknown kind', ['get', 'flwos'], ['"flwos"', 'flows']],
    ['an input without a value', ['run', 'ok.yaml', '--input', 'name'], ['name', 'KEY=VALUE']],
    [
      'a file of inputs that is not there',
      ['run', 'ok.yaml', '--inputs', 'gone.yaml'],
      ['gone.yaml', 'expected a file'],
    ],
    ['a file of inputs that is a list', ['run', 'ok.yaml', '--inputs', 'list.yaml'], ['list.yaml', 'expected']],
    ['a folder of inputs', ['run', 'ok.yaml', '--inputs', 'home'], ['home', 'expected a file']],
    ['a path that is not there', ['run', './gone'], ['./gone', 'nothing at this path']],
    ['a word that is neither path nor Flow', ['run', 'gone'], ['gone', 'nothing at this path']],
    ['a folder without manifests', ['run', 'home'], ['home', 'no manifests']],
    ['manifests without a Flow', ['run', 'no-flow.yaml'], ['no-flow.yaml', 'found no Flow']],
    ['one of several Flows', ['run', 'two.yaml'], ['two.yaml', '--flow NAME', 'demo, other']],
    ['a Flow that is not there', ['run', 'two.yaml', '--flow', 'dmeo'], ['"dmeo"', 'Did you mean "demo"?']],
    ['local state and a cluster', ['get', 'sessions', '--state', '.', '--context', 'x'], ['--state', 'both']],
    ['a kubeconfig that is not there', ['get', 'flows', '--kubeconfig', 'gone'], ['gone: there is no kubeconfig']],
    ['a kubeconfig that is none', ['get', 'flows', '--kubeconfig', 'ok.yaml'], ['ok.yaml: the kubeconfig']],
    ['nowhere to look', ['get', 'sessions'], ['.orket', 'kubeconfig']],
    [
      'a Session that is not there',
      ['events', 'gone-1234567890', '--state', '.orket'],
      ['gone-1234567890', 'get sessions'],
    ],
    ['a Session outside the state', ['describe', 'session', '../../etc', '--state', '.orket'], ['../../etc']],
    ['a repository that is not there', ['run', './nowhere@main'], ['nowhere']],
    ['a repository that is a command', ['run', 'ext::sh -c touch% pwned@main'], ['https://']],
  ])('%s', async (_, args, words) => {
    sandbox.manifests('ok.yaml', closure());
    sandbox.manifests('no-flow.yaml', closure().slice(1));
    sandbox.manifests('two.yaml', [...closure(), flow({ name: 'other' })]);
    sandbox.write('list.yaml', ['a']);
    const run = await sandbox.orket(...args);
    expect([2, 24], run.output).toContain(run.code);
    for (const word of words) expect(run.output).toContain(word);
    expect(run.output).not.toContain('internal error');
    expect(run.stdout).toBe('');
    expect(sandbox.sessions()).toEqual([]);
  });

  it('inputs that do not fit the schema of the Flow', async () => {
    const inputSchema = { type: 'object', properties: { count: { type: 'integer' } }, additionalProperties: false };
    sandbox.manifests('schema.yaml', closure({ flow: flow({ spec: { inputSchema } }) }));
    expectRefusal(await sandbox.orket('run', 'schema.yaml', '--input', 'count=many'), 'inputs.count', '"many"');
    expectRefusal(await sandbox.orket('run', 'schema.yaml', '--input', 'cuont=1'), 'inputs.cuont', 'spec.inputSchema');
    expect(await sandbox.orket('run', 'schema.yaml', '--input', 'count=1')).toMatchObject({ code: 0 });
  });
});
