import { counted, formatSecond, parseInstant, type JsonValue } from '#crds';
import { agreeingIn, whoMay } from '#runtime';
import { oneLine } from '../output/printable.ts';
import { age } from '../output/table.ts';
import type { Gate } from './gates.ts';

/** Longer inputs are cut, with a word on how much is missing. */
const mostLines = 200;

/**
 * What a person has to see before they decide: the exact call, its input whole, why it waits and who may decide. What
 * models and tools wrote is escaped: it shows what is there and steers nothing.
 */
export function gateText(gate: Gate, input: JsonValue, now: number): string {
  const { id, opened, digest, received } = gate;
  const people = peopleText(gate);
  const { kind, name, risk, message, rules, files, expiresAt, onExpiry, voids } = opened.body;
  const rows: readonly (readonly [string, string])[] = [
    ['Gate:', `${id} at ${opened.path}`],
    ['Asks:', `${asks[kind]}${name === '' ? '' : ` ${name}`}`],
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
  const lines = rows.map(([title, text]) => `${title.padEnd(12)} ${visible(text)}`);
  return [...lines, 'Input:', ...inputLines(input)].join('\n');
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
    .map((line) => `  ${visible(line)}`);
  if (lines.length <= mostLines) return lines;
  return [
    ...lines.slice(0, mostLines),
    `  … ${counted(lines.length - mostLines, 'more line')}: orket events -o jsonl shows all`,
  ];
}

/** One line in which nothing hides: what is not plain text stands there by its number. */
export function visible(text: string): string {
  return oneLine(
    text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`),
  );
}

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
  return at <= now ? `${formatSecond(at)}, over: ${then}` : `${formatSecond(at)} (in ${age(at - now)}), then ${then}`;
}
