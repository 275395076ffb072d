import type { JsonValue } from '#crds';
import type { FieldChange, PathChange, SessionDiff } from '#runtime';
import { oneLine } from './printable.ts';

/** A difference for people: what was run, what happened, how it ended; `-` is the first Session and `+` the second. */
export function diffText({ closure, firstPath, happened, end }: SessionDiff): string {
  const state = end.some(({ field }) => field === 'state');
  const lines = [
    ...titled('What was run', closure.flatMap(fieldLines)),
    ...titled(
      firstPath === null ? 'What happened' : `What happened, first otherwise at ${firstPath}`,
      happened.flatMap(pathLines),
    ),
    ...titled('How it ended', end.filter(({ field }) => field !== 'state').flatMap(fieldLines)),
  ];
  if (lines.length > 0) return lines.join('\n');
  return state ? 'the same but for what only the state tells' : 'the same: what was run, what happened and the state';
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function pathLines({ path, what, change, fields }: PathChange): readonly string[] {
  if (change !== 'changed') return [`${change === 'added' ? '+' : '-'} ${what} ${path}`];
  const inner = fields.flatMap(fieldLines).map((line) => `  ${line}`);
  return [`~ ${what} ${path}`, ...inner];
}

function fieldLines({ field, before, after, lines }: FieldChange): readonly string[] {
  if (lines !== undefined && lines !== null)
    return [field, ...lines.map(({ side, text }) => `${side === 'before' ? '-' : '+'} ${oneLine(text)}`)];
  return [
    field,
    ...(before === undefined ? [] : [`- ${shown(before)}`]),
    ...(after === undefined ? [] : [`+ ${shown(after)}`]),
  ];
}

const longest = 300;

/** The whole values are in the JSON. */
function shown(value: JsonValue): string {
  const text = oneLine(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}… (${text.length} characters)`;
}
