import { describe, expect, it } from 'vitest';
import type { LabelRequirement, PolicyFlowSelector } from '../generated/resources.ts';
import { selects } from './selector.ts';

const labels = { team: 'red', tier: '1' };

function requires(
  key: string,
  operator: LabelRequirement['operator'],
  ...values: readonly string[]
): PolicyFlowSelector {
  return { matchExpressions: [{ key, operator, values }] };
}

describe('selects', () => {
  it.each<[string, PolicyFlowSelector | undefined, boolean]>([
    ['no selector', undefined, true],
    ['an empty selector', {}, true],
    ['equal labels', { matchLabels: { team: 'red' } }, true],
    ['one of two labels that differs', { matchLabels: { team: 'red', tier: '2' } }, false],
    ['a label that is not there', { matchLabels: { other: '' } }, false],
    ['a name that every object has', { matchLabels: { constructor: 'Object' } }, false],
    ['In', requires('team', 'In', 'blue', 'red'), true],
    ['In without the label', requires('other', 'In', 'a'), false],
    ['NotIn', requires('team', 'NotIn', 'red'), false],
    ['NotIn without the label', requires('other', 'NotIn', 'a'), true],
    ['Exists', requires('tier', 'Exists'), true],
    ['DoesNotExist', requires('tier', 'DoesNotExist'), false],
    ['labels and requirements together', { matchLabels: { team: 'red' }, ...requires('tier', 'DoesNotExist') }, false],
  ])('decides by %s', (_name, selector, taken) => {
    expect(selects(selector, labels)).toBe(taken);
  });
});
