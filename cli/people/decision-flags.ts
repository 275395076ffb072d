import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { canonicalCopy, isJsonObject, OrketError, type JsonObject, type JsonValue } from '#crds';
import { systemCode, type Decision } from '#runtime';
import type { Gate } from './gates.ts';

/** What was asked for on the command line of `approve`. */
export interface ApproveFlags {
  readonly note: string;
  readonly input?: string;
  readonly retry?: true;
  readonly outcome?: string;
  readonly abort?: true;
}

/** The flags of these that say something about the gate. */
export function decidingFlags({ note, input, retry, outcome, abort }: ApproveFlags): readonly string[] {
  return [
    ...(note === '' ? [] : ['--note']),
    ...(input === undefined ? [] : ['--input']),
    ...(retry === undefined ? [] : ['--retry']),
    ...(outcome === undefined ? [] : ['--outcome']),
    ...(abort === undefined ? [] : ['--abort']),
  ];
}

/** What is said to a gate; the rest of a decision is which gate it was. */
export type Verdict = Pick<Decision, 'verdict' | 'note' | 'input' | 'outcome'>;

/** The verdict that the flags ask for. Throws `Usage` where it is no answer to what the gate asks. */
export async function verdictOf(flags: ApproveFlags, gate: Gate, cwd: string): Promise<Verdict> {
  const { note } = flags;
  const unknown = ['--retry', '--outcome', '--abort'].filter(
    (_, index) => [flags.retry, flags.outcome, flags.abort][index] !== undefined,
  );
  if (gate.opened.body.kind !== 'unknown') {
    if (unknown.length > 0) throw unfit(gate, 'approve, perhaps with --input FILE, or deny', unknown.join(' '));
    if (flags.input === undefined) return { verdict: 'approve', note };
    if (gate.opened.body.kind !== 'policy') throw unfit(gate, 'approve or deny; nothing is called', '--input');
    return { verdict: 'approve', note, input: await objectIn(resolve(cwd, flags.input)) };
  }
  if (unknown.length !== 1 || flags.input !== undefined) {
    const found = [...unknown, ...(flags.input === undefined ? [] : ['--input'])].join(' ');
    throw unfit(gate, 'exactly one of --retry, --outcome FILE and --abort', found === '' ? 'none of them' : found);
  }
  if (flags.retry === true) return { verdict: 'retry', note };
  if (flags.outcome === undefined) return { verdict: 'abort', note };
  return { verdict: 'supply', note, outcome: outcomeOf(await objectIn(resolve(cwd, flags.outcome))) };
}

/** `{output: …}`, or `{error: {reason, message}}`. Throws `Usage` for anything else. */
export function outcomeOf(value: JsonValue): NonNullable<Decision['outcome']> {
  if (!isJsonObject(value)) throw new OrketError('Usage', 'this is no outcome', { expected: 'an object' });
  const keys = Object.keys(value).join();
  const { output, error } = value;
  if (keys === 'output' && output !== undefined) return { output };
  if (keys === 'error' && isJsonObject(error)) {
    const { reason, message } = error;
    if (typeof reason === 'string' && typeof message === 'string') return { error: { reason, message } };
  }
  throw new OrketError('Usage', 'this is no outcome', {
    expected: '{output: …}, or {error: {reason: …, message: …}}',
    found: keys === '' ? 'an empty object' : keys.slice(0, 100),
    remedy: 'Write what you found out about the call, one of the two.',
  });
}

function unfit(gate: Gate, expected: string, found: string): OrketError {
  const asks = gate.opened.body.kind === 'unknown' ? 'what happened to a call is unknown' : 'a call waits';
  return new OrketError('Usage', `that is no answer: ${asks}`, {
    at: gate.id,
    expected,
    found,
    remedy: 'Look at what the gate asks with `orket tree`, and answer that.',
  });
}

const mostBytes = 1024 * 1024;

/** An object from a YAML or JSON file of bounded size. Throws `Usage`. */
export async function objectIn(path: string): Promise<JsonObject> {
  const expected = `a YAML or JSON object of at most ${mostBytes} bytes`;
  const remedy = 'Write keys and their values into it.';
  let value: JsonValue;
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw new OrketError('Usage', 'the file is too large', { found: `${size} bytes` });
    value = canonicalCopy(parse(await readFile(path, 'utf8'), { maxAliasCount: 0, logLevel: 'error' })).value;
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') {
      const detail = { at: path, expected, found: 'nothing', remedy: 'Check the spelling, or the folder you are in.' };
      throw new OrketError('Usage', 'there is no such file', detail, cause);
    }
    const found = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]?.slice(0, 200) ?? '';
    throw new OrketError('Usage', 'the file cannot be read', { at: path, expected, found, remedy }, cause);
  }
  if (isJsonObject(value)) return value;
  throw new OrketError('Usage', 'the file holds no object', {
    at: path,
    expected,
    remedy,
    found: Array.isArray(value) ? 'a list' : JSON.stringify(value).slice(0, 80),
  });
}
