import type { JsonValue } from '#crds';
import {
  digest,
  either,
  isObject,
  json,
  jsonObject,
  list,
  number,
  object,
  oneOf,
  shown,
  type Check,
  type Flaw,
  type Shape,
} from '../journal/shape.ts';
import type { Message } from './inbox.ts';

/** Either what somebody says, or why it is nothing that anybody can say. */
export type ReadMessage =
  | { readonly message: Message; readonly refused?: never }
  | { readonly message: null; readonly refused: string };

/** What an ID may be: it is the name of a file, so no path, nothing hidden, and nothing that two systems name otherwise. */
export function isMessageId(text: string): boolean {
  return idForm.test(text);
}

const idForm = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;

/**
 * Reads a message that came from anywhere, under the ID that its place gives it. Trusts nothing: exactly the members of
 * its kind, each within its bounds. What it says of its sender is a claim; whoever reads the place judges it.
 */
export function readMessage(value: JsonValue, id: string): ReadMessage {
  const flaws: Flaw[] = [];
  if (!isMessage(value, flaws)) return refused(flaws[0] ?? { field: '', expected: 'a message', found: shown(value) });
  if (value.id !== id) return refused({ field: 'id', expected: JSON.stringify(id), found: shown(value.id) });
  return { message: value };
}

function isMessage(value: unknown, flaws: Flaw[]): value is Message {
  const flaw = flawOf(value);
  if (flaw !== null) flaws.push(flaw);
  return flaw === null;
}

function flawOf(value: unknown): Flaw | null {
  const kind = isObject(value) ? value['kind'] : undefined;
  const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  if (shape !== undefined) return shape(value, { blobs: [], exact: true }) ?? together(value);
  return { field: 'kind', expected: Object.keys(shapes).join(', '), found: shown(kind) };
}

/** What one member says about others. */
function together(value: unknown): Flaw | null {
  if (!isObject(value) || value['kind'] !== 'decision') return null;
  const { verdict } = value;
  if ('input' in value && verdict !== 'approve')
    return { field: 'input', expected: 'an input only to approve with', found: shown(verdict) };
  if ('outcome' in value === (verdict === 'supply')) return null;
  return { field: 'outcome', expected: 'an outcome exactly to supply', found: shown(verdict) };
}

function refused({ field, expected, found }: Flaw): ReadMessage {
  return { message: null, refused: `${field === '' ? 'the message' : field}: expected ${expected}, found ${found}` };
}

/** Well-formed text of at most that many UTF-16 units. */
function text(most: number, form?: RegExp): Shape<string> {
  return (value) => {
    const found = shown(value);
    if (typeof value !== 'string') return { field: '', expected: 'a text', found };
    if (value.length > most || !value.isWellFormed())
      return { field: '', expected: `well-formed text of at most ${most} characters`, found: `${value.length}` };
    return form === undefined || form.test(value)
      ? null
      : { field: '', expected: `text that matches ${form.source}`, found };
  };
}

function atMost<T>(most: number, shape: Shape<readonly T[]>): Shape<readonly T[]> {
  return (value, gathered) =>
    Array.isArray(value) && value.length > most
      ? { field: '', expected: `at most ${most} items`, found: `${value.length}` }
      : shape(value, gathered);
}

const name = text(256);
const note = text(4096);
const label = text(63, /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/);
/** The id of a step, or the path of one execution of it without attempts. */
const step = text(1024, /^[a-z0-9[][-a-z0-9[\]#/]*$/);
const callable = text(63, /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[A-Za-z0-9_-]+)?$/);

const identity = object({
  name: text(256, /^[^\p{Cc}\p{Cf}]+$/u),
  groups: atMost(256, list(name)),
  verifiedBy: oneOf('none', 'os-uid', 'token', 'forge', 'signature', 'apiserver'),
});

const sent = { id: text(128, idForm), from: identity };

const outcome = either({ output: json }, { error: object({ reason: text(128), message: note }) });

const decision = object(
  {
    ...sent,
    kind: oneOf('decision'),
    gate: text(32, /^g[1-9]\d{0,15}$/),
    gateDigest: digest,
    verdict: oneOf('approve', 'deny', 'retry', 'supply', 'abort'),
    note,
  },
  { input: json, outcome },
);

const params = object({}, { temperature: number, seed: number, maxTokens: number });

const patch = object(
  {},
  {
    task: text(8192),
    input: jsonObject,
    prompt: text(32_768),
    instructions: atMost(64, list(text(4096))),
    model: name,
    params,
  },
);

const change = object(
  { op: oneOf('skip', 'patch', 'enable', 'disable', 'pause', 'retry', 'abort', 'suggest') },
  { step, role: label, tool: callable, patch, reason: note },
);
const revert = object({ op: oneOf('revert'), reverts: text(128, idForm) });
const apply = object({ op: oneOf('apply'), applies: text(128, idForm) });

const adjust: Check = (value, gathered) => {
  const op = isObject(value) ? value['op'] : undefined;
  return (op === 'revert' ? revert : op === 'apply' ? apply : change)(value, gathered);
};

const control = object({ ...sent, kind: oneOf('control'), control: oneOf('pause', 'resume', 'cancel'), note });

const shapes: Readonly<Record<string, Check>> = {
  decision,
  adjustment: object({ ...sent, kind: oneOf('adjustment'), adjust }),
  control,
};
