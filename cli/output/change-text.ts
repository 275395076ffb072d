import type { BundlePatch, JsonValue } from '#crds';
import type { Adjust } from '#runtime';

/** What an adjustment changes, in words, without its `op`: `role writer: instruction "Be brief."`. Empty for all of the Session. */
export function aboutText(change: Adjust): string {
  if (change.op === 'revert') return change.reverts;
  if (change.op === 'apply') return change.applies;
  const { step, role, tool, patch } = change;
  const named = [
    ['step', step],
    ['role', role],
    ['tool', tool],
  ] as const;
  const about = named.flatMap(([kind, name]) => (name === undefined ? [] : [`${kind} ${name}`])).join(' and ');
  return patch === undefined ? about : `${about}: ${patchText(patch)}`.replace(/^: /, '');
}

function patchText({ task, input, prompt, instructions = [], model, params }: BundlePatch): string {
  return [
    ...set('task', task),
    ...members('input', input),
    ...set('prompt', prompt),
    ...instructions.flatMap((instruction) => set('instruction', instruction)),
    ...set('model', model),
    ...members('params', params),
  ].join(', ');
}

function members(name: string, value: object = {}): readonly string[] {
  return Object.entries(value).flatMap(([key, member]: [string, JsonValue]) => set(`${name}.${key}`, member));
}

function set(name: string, value: JsonValue | undefined): readonly string[] {
  return value === undefined ? [] : [`${name} ${cut(JSON.stringify(value))}`];
}

/** The record has all of it. */
const longest = 120;

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`;
}
