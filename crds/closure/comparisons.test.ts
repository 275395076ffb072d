import { describe, expect, it } from 'vitest';
import { checkManifests } from '../manifest/check.ts';
import { decodeManifest } from '../../test/crds/decode-manifest.ts';
import { checkClosure } from './closure.ts';

interface Written {
  /** Of the only rule of the Policy. */
  readonly match?: string;
  /** Of the only rule of the Conductor, after a step. */
  readonly rule?: string;
  /** Of the second step; the first is `first` by the role `worker`. */
  readonly when?: string;
  /** Of the outputs of the role. */
  readonly schema?: string;
}

/** What is said of a Flow `main` with these expressions, as reason or warning, what was found and what to do. */
function check({ match = 'true', rule = 'true', when = 'true', schema = '{ type: object }' }: Written) {
  const text = [
    "kind: Flow\nmetadata: { name: main, labels: { team: a } }\nspec: { bandRef: { name: a }, venueRef: { name: a }, scoreRef: { name: a }, conductor: { rules: [{ name: a, adjust: { op: pause }, when: 'RULE' }] } }",
    `kind: Band\nmetadata: { name: a }\nspec: { roles: [{ name: worker, prompt: p, outputSchema: ${schema} }] }`,
    'kind: Venue\nmetadata: { name: a }\nspec: { provider: scripted, replies: [{ text: x }] }',
    "kind: Score\nmetadata: { name: a }\nspec: { steps: [{ id: first, role: worker }, { id: second, role: worker, when: 'WHEN' }] }",
    "kind: Policy\nmetadata: { name: a }\nspec: { flowSelector: { matchLabels: { team: a } }, rules: [{ action: deny, match: 'MATCH' }] }",
  ]
    .map((each) => `apiVersion: orket.dev/v1alpha1\n${each}`)
    .join('\n---\n')
    .replace('MATCH', match)
    .replace('RULE', rule)
    .replace('WHEN', when);
  const { resources, problems } = checkManifests(decodeManifest('m.yaml', text));
  expect(problems).toEqual([]);
  const { problems: refused, warnings } = checkClosure(resources);
  const said = (each: (typeof refused)[number]): string => `${each.found} ${each.remedy}`;
  return { refused: refused.map(said), warned: warnings.map(said) };
}

const verdicts = '{ type: object, properties: { verdict: { enum: [approve, reject] }, text: { type: string } } }';

describe('a comparison with a text', () => {
  it.each<[Written, string]>([
    [{ match: 'call.risk == "destructve"' }, '"destructve" Did you mean "destructive"?'],
    [{ match: 'call.risk != "dangerous"' }, '"dangerous" Compare with one of them.'],
    [{ match: 'call.risk in ["write", "netwrok"]' }, '"netwrok" Did you mean "network"?'],
    [{ match: '"tol" == call.kind' }, '"tol" Did you mean "tool"?'],
    [{ match: 'call["kind"] == "tol"' }, '"tol" Did you mean "tool"?'],
    [{ match: 'call.tags.exists(tag, call.kind == "rule")' }, '"rule" Did you mean "role"?'],
    [{ match: 'size(call.name) > 3 && !(call.risk == "Read" ? true : false)' }, '"Read" Did you mean "read"?'],
    [{ rule: 'status == "faild"' }, '"faild" Did you mean "failed"?'],
    [{ rule: 'step.id == "frist"' }, '"frist" Did you mean "first"?'],
    [{ rule: 'step.role == "wroker"' }, '"wroker" Did you mean "worker"?'],
    [{ rule: 'step.tool in ["files.lst"]' }, '"files.lst" Did you mean "files.list"?'],
    [{ when: 'steps.first.status == "succeded"' }, '"succeded" Did you mean "succeeded"?'],
    [{ when: 'steps.first.status == "failed"' }, '"failed" Compare with one of them.'],
    [{ when: 'steps.first.output.verdict == "aprove"', schema: verdicts }, '"aprove" Did you mean "approve"?'],
    [{ when: 'steps.first.output == "n"', schema: '{ const: "y" }' }, '"n" Did you mean "y"?'],
  ])('that a value never is, is refused: %o', (written, told) => {
    expect(check(written)).toEqual({ refused: [told], warned: [] });
  });

  it.each<[Written, string]>([
    [{ match: 'call.name == "files.raed"' }, '"files.raed" Did you mean "files.read"?'],
    [{ match: 'call.name == "wroker"' }, '"wroker" Did you mean "worker"?'],
    [{ match: 'call.role == "wroker"' }, '"wroker" Did you mean "worker"?'],
    [{ match: 'call.step == "secnd"' }, '"secnd" Did you mean "second"?'],
    [{ match: 'session.flow in ["mian"]' }, '"mian" Did you mean "main"?'],
    [{ rule: 'error.reason == "OutputRefusd"' }, '"OutputRefusd" Did you mean "OutputRefused"?'],
    [{ when: 'steps.first.output.verdct != ""', schema: verdicts }, '"verdct" Did you mean "verdict"?'],
  ])('that is nearly a name, where others may come, is warned of: %o', (written, told) => {
    expect(check(written)).toEqual({ refused: [], warned: [told] });
  });

  it.each<Written>([
    { match: 'call.risk in ["write", "network"] && call.kind == "tool" && call.name == "files.write"' },
    { match: 'call.name == "mail.send" || call.role == "" || session.name == "man" || "mail" in call.tags' },
    { match: 'call.tags.exists(call, call == "tol") || ["tol"].exists(kind, kind == "tol")' },
    { rule: 'step.role == "" && step.tool == "files.list" && step.id == "second" && error.reason == "Mine"' },
    { when: 'steps.first.output.verdict == "approve" && steps.first.output.note == ""', schema: verdicts },
    { when: 'steps.first.output.text == "any"', schema: verdicts },
    { when: 'steps.first.output == "b"', schema: '{ enum: [a, 1] }' },
  ])('that may hold is taken: %o', (written) => {
    expect(check(written)).toEqual({ refused: [], warned: [] });
  });
});
