import { canonicalCopy, counted, formatSecond, parseInstant, type JsonValue } from '#crds';
import { agreeingIn, whoMay } from '#runtime';
import { oneLine } from '../output/printable.ts';
import { left } from '../output/table.ts';
import type { Gate } from './gates.ts';

/** Longer inputs are cut, with a word on how much is missing. */
const mostLines = 200;
/** Below a longer input what is asked about it is said again: its beginning has left the screen by then. */
const longInput = { lines: 20, characters: 1_500 } as const;
/** So many spaces and more inside a text are counted: they would push aside what follows, and draw what looks like ours. */
const manySpaces = / {12,}/g;

/**
 * What a person has to see before they decide: the exact call, its input whole, why it waits and who may decide. What
 * models and tools wrote is escaped: it shows what is there and steers nothing.
 */
export function gateText(gate: Gate, input: JsonValue, now: number): string {
  const { id, opened, digest, received } = gate;
  const people = peopleText(gate);
  const { kind, name, risk, message, rules, files, expiresAt, onExpiry, voids } = opened.body;
  const asked = `${asks[kind]}${name === '' ? '' : ` ${name}`}`;
  const rows: readonly (readonly [string, string])[] = [
    ['Gate:', `${id} at ${opened.path}`],
    ['Asks:', asked],
    ['Risk:', risk],
    ['Why:', message],
    ...rules.map((rule) => ['Rule:', `${rule.action} ${rule.name ?? rule.digest}`] as const),
    ['May decide:', whoMay(opened.body.approvers)],
    ...(people === null ? [] : [['So far:', people] as const]),
    ...(expiresAt === null ? [] : [['Expires:', expiry(expiresAt, onExpiry, now)] as const]),
    ...files.map((file) => ['File:', `${file.path} ${file.digest ?? 'is not there'}`] as const),
    ...(voids === null
      ? []
      : [['Voids:', `the approval of g${voids.gate}: ${voids.changed.join(', ')} changed`] as const]),
    ...received.map(
      ({ from, refused }) =>
        ['Said:', `${from.name} (${from.verifiedBy})${refused === null ? '' : `, refused: ${refused}`}`] as const,
    ),
    ['Call:', opened.body.callDigest],
    ['Decision:', digest],
  ];
  const row = ([title, text]: readonly [string, string]): string => `${title.padEnd(12)} ${visible(text)}`;
  const shown = inputLines(input);
  const isLong = shown.length > longInput.lines || shown.join('').length > longInput.characters;
  const again = isLong ? [row(['Above:', `the input of ${id}, which asks ${asked}, risk ${risk}`])] : [];
  return [...rows.map(row), 'Input:', ...shown, ...again].join('\n');
}

/** The input that a call is to be made with instead, as it will be. */
export function insteadText(input: JsonValue): string {
  return ['Instead, with input:', ...inputLines(canonicalCopy(input).value)].join('\n');
}

/** What each kind of gate asks of people, before the name of what it is about. */
export const asks = {
  policy: 'to call',
  step: 'to go on',
  unknown: 'what became of',
  asked: 'for',
} as const;

function inputLines(input: JsonValue): readonly string[] {
  const lines = JSON.stringify(input, null, 2)
    .split('\n')
    .map((line) => `  ${visible(line).replaceAll(manySpaces, spacesShown)}`);
  if (lines.length <= mostLines) return lines;
  return [
    ...lines.slice(0, mostLines),
    `  … ${counted(lines.length - mostLines, 'more line')}: orket events -o jsonl shows all`,
  ];
}

/** Leaves the indent of JSON as it is. */
function spacesShown(spaces: string, at: number, line: string): string {
  return line.slice(0, at).trim() === '' ? spaces : `‹${spaces.length} spaces›`;
}

/**
 * One line in which nothing hides: what steers, what is not seen, what looks like a space and is none, and what has no
 * meaning that is known stands there by its number.
 */
export function visible(text: string): string {
  return oneLine(text.replaceAll(unseen, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`));
}

/** What is not seen, or not seen to be what it is. U+2800 is a pattern of Braille without a dot. */
export const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}]|(?! )\p{Zs}/gu;

/** How many people have said the same so far, where it takes several; null where one is enough. */
export function peopleText({ opened, heard }: Gate): string | null {
  const most = Math.max(...opened.body.approvers.map(({ quorum }) => quorum));
  if (most < 2) return null;
  const [names = [], ...others] = agreeingIn(heard)
    .map((group) => group.map(({ from }) => from.name))
    .toSorted((left, right) => right.length - left.length);
  const who = names.length === 0 ? '' : `: ${names.join(', ')}`;
  const otherwise = others.length === 0 ? '' : `; otherwise: ${others.flat().join(', ')}`;
  return `${names.length} of ${most} people have decided${who}${otherwise}`;
}

function expiry(expiresAt: string, onExpiry: string, now: number): string {
  const at = parseInstant(expiresAt);
  const then = { deny: 'denied', allow: 'allowed', abort: 'the Session is aborted' }[onExpiry] ?? onExpiry;
  return at <= now ? `${formatSecond(at)}, over: ${then}` : `${formatSecond(at)} (in ${left(at - now)}), then ${then}`;
}
