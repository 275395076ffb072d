import { describe, expect, it } from 'vitest';
import { checkClosure } from '../closure/closure.ts';
import { checkManifests } from './check.ts';
import { decodeManifest } from '../../test/crds/decode-manifest.ts';

function check(kind: string, spec: string) {
  const head = `apiVersion: orket.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: a }\nspec:\n`;
  const { resources, problems, warnings } = checkManifests(decodeManifest('m.yaml', head + spec));
  return { problems: [...problems, ...checkClosure(resources).problems], warnings };
}

/** What people wrote, and what they are told of it; the spec begins in line 5. */
describe('a mistake in a manifest', () => {
  it.each<[string, string, string, object]>([
    [
      'a list written as a mapping',
      'Band',
      '  roles:\n    worker: { prompt: p }\n',
      {
        path: 'spec.roles.worker',
        line: 6,
        message: 'a mapping stands in place of a list, with the key "worker"',
        expected: 'a list of items, each with its name',
        remedy: 'Write "- name: worker", and its other fields below that.',
      },
    ],
    [
      'steps written as a mapping',
      'Score',
      '  steps:\n    draft: { role: w }\n',
      {
        expected: 'a list of items, each with its id',
        remedy: 'Write "- id: draft", and its other fields below that.',
      },
    ],
    [
      'an item without its dash',
      'Score',
      '  steps:\n    id: draft\n',
      { path: 'spec.steps.id', remedy: 'Begin the item with "- ".' },
    ],
    [
      'a list of names written as a mapping',
      'Band',
      '  roles:\n    - name: a\n      prompt: p\n      tools: { files.read: true }\n',
      { path: 'spec.roles[0].tools.files.read', expected: 'a list of items', remedy: 'Write "- files.read".' },
    ],
    [
      'a rule without its dash, which needs no name',
      'Policy',
      '  rules:\n    match: "true"\n    action: deny\n',
      { path: 'spec.rules.match', expected: 'a list of items', remedy: 'Begin the item with "- ".' },
    ],
    [
      'a part of a Flow as an object of its own',
      'Conductor',
      '  mode: auto\n',
      { path: 'kind', line: 2, remedy: 'It is no kind of its own: write it as spec.conductor of a Flow.' },
    ],
    [
      'a slip in what a scripted model calls',
      'Venue',
      '  provider: scripted\n  replies:\n    - toolcalls: [{ name: a.b }]\n',
      {
        path: 'spec.replies[0].toolcalls',
        line: 7,
        expected: 'one of when, text, toolCalls, usage, delaySeconds, error',
        remedy: 'Did you mean "toolCalls"? Rename or remove the field.',
      },
    ],
    [
      'a slip within that',
      'Venue',
      '  provider: scripted\n  replies:\n    - toolCalls:\n        - name: a.b\n          argments: {}\n',
      { path: 'spec.replies[0].toolCalls[0].argments', line: 9, remedy: expect.stringContaining('"arguments"') },
    ],
    [
      'a slip in what a scripted model used',
      'Venue',
      '  provider: scripted\n  replies:\n    - { text: a, usage: { inputTokns: 3 } }\n',
      { path: 'spec.replies[0].usage.inputTokns', remedy: expect.stringContaining('"inputTokens"') },
    ],
    [
      'a reply that says nothing',
      'Venue',
      '  provider: scripted\n  replies:\n    - ouput: hello\n',
      { path: 'spec.replies[0].ouput', line: 7, expected: expect.stringContaining('text') },
    ],
    [
      'a field that is not indented',
      'Band',
      '  roles:\n    - { name: a, prompt: p, temperature: 0 }\n',
      { path: 'spec.roles[0].temperature', remedy: 'It is a field of params: indent it below that.' },
    ],
    [
      'a unit behind a number of seconds',
      'Venue',
      '  provider: scripted\n  replies:\n    - text: t\n      delaySeconds: 4s\n',
      {
        path: 'spec.replies[0].delaySeconds',
        line: 8,
        expected: 'a whole number of seconds',
        found: '"4s"',
        remedy: 'Write a number of seconds: 4.',
      },
    ],
    [
      'minutes in place of seconds',
      'Band',
      '  roles:\n    - { name: a, prompt: p, timeoutSeconds: 2 min }\n',
      { remedy: 'Write a number of seconds: 120.' },
    ],
    [
      'less than a second where seconds are whole',
      'Band',
      '  roles:\n    - { name: a, prompt: p, timeoutSeconds: 500ms }\n',
      { remedy: 'Write a number of seconds, without a unit.' },
    ],
    [
      'a number in quotes',
      'Band',
      '  roles:\n    - { name: a, prompt: p, timeoutSeconds: "30" }\n',
      { remedy: 'Remove the quotes: 30.' },
    ],
    [
      'a word in place of a number',
      'Band',
      '  roles:\n    - { name: a, prompt: p, timeoutSeconds: soon }\n',
      { remedy: 'Write a number of seconds.' },
    ],
    [
      'an id of a step twice',
      'Score',
      '  steps:\n    - id: a\n      tool: files.list\n    - id: b\n      tool: files.list\n    - tool: files.list\n      id: a\n',
      { path: 'spec.steps', line: 11, found: 'id "a" at m.yaml:6 and again at m.yaml:11' },
    ],
    [
      'a name of an artifact twice',
      'Score',
      '  steps:\n    - { id: a, tool: files.list, artifact: { name: x, mediaType: a/b } }\n    - { id: b, tool: files.list, artifact: { name: x, mediaType: a/b } }\n',
      { path: 'spec.steps', line: 7, found: 'artifact.name "x" at m.yaml:6 and again at m.yaml:7' },
    ],
    [
      'a name of a role twice',
      'Band',
      '  roles:\n    - name: a\n      prompt: p\n    - name: a\n      prompt: p\n',
      { path: 'spec.roles[1]', line: 8, found: 'name "a" at m.yaml:6 and again at m.yaml:8' },
    ],
    [
      'a step that does two things',
      'Score',
      '  steps:\n    - id: a\n      role: w\n      tool: files.list\n',
      { line: 8, found: 'role at m.yaml:7 and tool at m.yaml:8', remedy: 'Keep one of them, or make it 2 steps.' },
    ],
    [
      'a tool in a step with a task',
      'Score',
      '  steps:\n    - id: a\n      role: w\n      task: t\n      tool: files.list\n',
      { line: 9, remedy: 'Remove tool: the step has a task, which only a role takes.' },
    ],
    ['a step that does nothing', 'Score', '  steps:\n    - id: a\n', { line: 6, remedy: 'Add one of them.' }],
    [
      'tools without an input schema',
      'Toolset',
      '  source: module\n  path: t.ts\n  tools:\n    - name: count\n    - name: sum\n      inputSchema: { type: object }\n    - name: sub\n',
      { path: 'spec.tools', found: '"count" at m.yaml:8 and "sub" at m.yaml:11' },
    ],
    [
      'a misspelt name in callable',
      'Band',
      '  roles:\n    - name: writer\n      prompt: p\n      callable: [edtor]\n    - { name: editor, prompt: p }\n',
      { path: 'spec.roles', line: 8, found: '"edtor" at m.yaml:8', remedy: expect.stringContaining('"editor"') },
    ],
    [
      'a prompt without a text',
      'Band',
      '  roles:\n    - name: a\n      prompt:\n',
      {
        path: 'spec.roles[0].prompt',
        line: 7,
        message: 'required field "prompt" has no value',
        expected: 'what the model is told it is',
        found: 'nothing after prompt:',
        remedy: 'Write the value after "prompt:", or indent what stands below it.',
      },
    ],
    [
      'a prompt with fields',
      'Band',
      '  roles:\n    - name: a\n      prompt: { text: You work. }\n',
      {
        message: 'a mapping stands in place of text, with the key "text"',
        expected: 'text',
        remedy: 'Write the value itself: prompt: "You work.".',
      },
    ],
    [
      'a bare no in a list of names',
      'Band',
      '  roles:\n    - name: a\n      prompt: p\n      tools: [no]\n',
      { line: 8, found: 'no, which YAML 1.1 reads as false', remedy: 'Put it in quotes: "no".' },
    ],
    [
      'a bare n in a schema',
      'Toolset',
      '  source: module\n  path: t.ts\n  tools:\n    - name: a\n      inputSchema: { type: object, required: [n] }\n',
      {
        path: 'spec.tools[0].inputSchema.required[0]',
        line: 9,
        expected: 'string',
        found: 'n, which YAML 1.1 reads as false',
        remedy: 'Put it in quotes: "n".',
      },
    ],
    [
      'a number that looks like another',
      'Band',
      '  roles:\n    - { name: a, prompt: 010 }\n',
      { found: '010, which YAML 1.1 reads as 8', remedy: 'Put it in quotes: "010".' },
    ],
    [
      'a true where a text belongs',
      'Band',
      '  roles:\n    - { name: a, prompt: true }\n',
      { found: 'true', remedy: 'Put it in quotes: "true".' },
    ],
  ])('%s is told with what to write', (_what, kind, spec, told) => {
    const { problems } = check(kind, spec);
    expect(problems[0]).toMatchObject(told);
    expect(Object.keys(problems[0] ?? {})).not.toContain('places');
  });

  it('may be a word that YAML 1.1 takes for true or false, as a key or in a list', () => {
    const schema =
      '      inputSchema:\n        properties:\n          n: { enum: [yes, "no", true] }\n          x: { default: no }\n';
    const { problems, warnings } = check(
      'Toolset',
      `  source: module\n  path: t.ts\n  tools:\n    - name: a\n${schema}`,
    );
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([
      { line: 11, column: 11, message: 'YAML 1.1 reads this key as "false"', remedy: 'Put it in quotes: "n".' },
      { line: 11, column: 23, message: 'YAML 1.1 reads this word as true', remedy: 'Put it in quotes: "yes".' },
    ]);
  });
});
