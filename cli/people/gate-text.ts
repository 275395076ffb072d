import { formatSecond, parseInstant, type JsonValue } from '#crds';
import { oneLine } from '../output/printable.ts';
import { age } from '../output/table.ts';
import type { Gate } from './gates.ts';

/** Longer inputs are cut, with a word on how much is missing. */
const mostLines = 200;

/**
 * What a person has to see before they decide: the exact call, its input whole, why it waits and who may decide. What
 * models and tools wrote is escaped: it shows what is there and steers nothing.
 */
export function gateText({ id, opened, digest, received }: Gate, input: JsonValue, now: number): string {
  const { kind, name, risk, message, rules, files, expiresAt, onExpiry, voids } = opened.body;
  const rows: readonly (readonly [string, string])[] = [
    ['Gate:', `${id} at ${opened.path}`],
    ['Asks:', `${asks[kind]}${name === '' ? '' : ` ${name}`}`],
    ['Risk:', risk],
    ['Why:', message],
    ...rules.map((rule) => ['Rule:', `${rule.action} ${rule.name ?? rule.digest}`] as const),
    ['May decide:', whoMay(opened.body.approvers)],
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

const asks = {
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
  return [...lines.slice(0, mostLines), `  … ${lines.length - mostLines} more lines: orket events -o jsonl shows all`];
}

/** One line in which nothing hides: what is not plain text stands there by its number. */
export function visible(text: string): string {
  return oneLine(
    text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`),
  );
}

type Approvers = Gate['opened']['body']['approvers'];

/** Everybody whom the rules ask; each of several demands has to be met. */
function whoMay(approvers: Approvers): string {
  return [approvers]
    .flat()
    .map(({ users, groups, notRequester, quorum, minIdentity }) => {
      const people = [...users, ...groups.map((group) => `group ${group}`)].join(', ');
      return [
        people === '' ? 'anybody' : people,
        ...(quorum > 1 ? [`${quorum} people`] : []),
        ...(notRequester ? ['not who asked for the Session'] : []),
        ...(minIdentity === 'none' ? [] : [`verified by ${minIdentity} or better`]),
      ].join(', ');
    })
    .join('; and ');
}

function expiry(expiresAt: string, onExpiry: string, now: number): string {
  const at = parseInstant(expiresAt);
  const then = { deny: 'denied', allow: 'allowed', abort: 'the Session is aborted' }[onExpiry] ?? onExpiry;
  return at <= now ? `${formatSecond(at)}, over: ${then}` : `${formatSecond(at)} (in ${age(at - now)}), then ${then}`;
}
