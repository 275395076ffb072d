import { describe, expect, it } from 'vitest';
import { digestOf } from '#crds';
import { semanticsOf } from '../semantics/semantics.ts';
import { compilePolicies, differs, judge, type CallFacts } from './policy.ts';

function factsOf(parts: Partial<CallFacts> = {}): CallFacts {
  return {
    name: 'files.read',
    kind: 'tool',
    role: 'writer',
    risk: 'read',
    input: { path: 'a.md' },
    depth: 2,
    step: 'first',
    tags: [],
    ...parts,
  };
}

const { fuel, verdictByDefault } = semanticsOf(1);
const around = { usage: {}, session: {} };
const allow = (match: string): { readonly match: string; readonly action: 'allow' } => ({ match, action: 'allow' });
const deny = (match: string): { readonly match: string; readonly action: 'deny' } => ({ match, action: 'deny' });

describe('judge', () => {
  it.each([
    ['read is allowed by default', [], { risk: 'read' }, 'allow', 'Default', false],
    ['write is allowed by default', [], { risk: 'write' }, 'allow', 'Default', false],
    ['network needs approval', [], { risk: 'network' }, 'approve', 'Default', false],
    ['destructive needs approval', [], { risk: 'destructive' }, 'approve', 'Default', false],
    [
      'a rule allows what needs approval',
      [allow('call.risk == "network"')],
      { risk: 'network' },
      'allow',
      'RuleAllows',
      true,
    ],
    ['a rule that allows what is allowed decides nothing', [allow('true')], {}, 'allow', 'RuleAllows', false],
    ['a rule denies', [deny('call.name.startsWith("files.")')], {}, 'deny', 'RuleDenies', true],
    ['the strictest rule wins, in any order', [deny('true'), allow('true')], {}, 'deny', 'RuleDenies', true],
    ['and the other way round', [allow('true'), deny('true')], {}, 'deny', 'RuleDenies', true],
    [
      'a denial by a rule says so where it would be denied anyway',
      [deny('true')],
      { risk: 'network' },
      'deny',
      'RuleDenies',
      true,
    ],
    [
      'a rule that cannot be evaluated allows nothing',
      [allow('call.input.none == 1')],
      { risk: 'network' },
      'approve',
      'Default',
      false,
    ],
    ['and denies where it was to deny', [deny('call.input.none == 1')], {}, 'deny', 'RuleFailed', true],
    ['as does one that is no condition', [deny('call.depth')], {}, 'deny', 'RuleFailed', true],
    [
      'all facts can be asked',
      [
        deny(
          'call.kind == "tool" && call.role == "writer" && call.input.path == "a.md" && call.depth == 2 && call.step == "first"',
        ),
      ],
      {},
      'deny',
      'RuleDenies',
      true,
    ],
  ] as const)('%s', (_name, rules, facts, verdict, reason, recorded) => {
    const call = factsOf(facts);
    const found = judge(compilePolicies(rules), call, around, verdictByDefault(call.risk), fuel);
    expect({ verdict: found.verdict, reason: found.reason }).toEqual({ verdict, reason });
    expect(differs(found, verdictByDefault(call.risk))).toBe(recorded);
  });

  it('has a rule fail that needs more fuel than its Session gives', () => {
    const rules = compilePolicies([deny('[1, 2, 3].all(a, [1, 2, 3].all(b, a + b > 100))')]);
    const verdictWith = (limit: number) =>
      judge(rules, factsOf(), around, verdictByDefault('read'), { ...fuel, limit }).reason;
    expect([verdictWith(fuel.limit), verdictWith(5)]).toEqual(['Default', 'RuleFailed']);
  });

  it('names the rules that matched by their digests, wherever they come from', () => {
    const [second, third] = [allow('true'), { ...deny('call.depth > 1'), name: 'not deep' }];
    const rules = compilePolicies([allow('false'), second, third]);
    expect(judge(rules, factsOf(), around, verdictByDefault('read'), fuel)).toMatchObject({
      rules: [
        { digest: digestOf(second), action: 'allow', source: 'bundle' },
        { digest: digestOf(third), action: 'deny', source: 'bundle', name: 'not deep' },
      ],
      decidedBy: 'not deep',
    });
  });
});
