import { isJsonArray, isJsonObject, type Bundle, type JsonValue } from '#crds';
import { Schemas, type Mismatch } from '../call/schema.ts';
import type { Registry } from '../call/run.ts';
import { callablesOf } from '../callables.ts';
import type { JournalRecord } from '../journal/record.ts';
import { semanticsOf } from '../semantics/semantics.ts';
import { noToolHosts } from '../tools/host/hosts.ts';
import type { Refusal } from './refusal.ts';

/**
 * Why a call that waits at a gate cannot be made with another input, null where it can. Said before the decision counts:
 * the gate goes on waiting, and nobody has to ask for the call again. Throws `RuntimeUnsupported`.
 */
export type EditRefusal = (gate: JournalRecord<'gate.opened'>, input: JsonValue) => Promise<Refusal | null>;

export function editRefusal(bundle: Bundle, semantics: number): EditRefusal {
  const schemas = new Schemas();
  let callables: Registry | null = null;
  return async ({ seq, body: { name } }, input) => {
    callables ??= callablesOf(bundle, noToolHosts, semanticsOf(semantics));
    const callable = callables.get(name);
    if (callable === undefined) return null;
    const mismatches = await schemas.mismatches(callable.inputSchema, input);
    const [first] = mismatches;
    if (first === undefined) return null;
    return {
      what: `the input for gate g${seq} does not meet the schema of ${name}`,
      expected: mismatches.map(expectedBy).join('; '),
      found: foundAt(input, first.at),
      remedy: 'Mend the input; the gate waits as before.',
    };
  };
}

function expectedBy({ at, keyword, expected }: Mismatch): string {
  const place = at === '' ? '' : ` at ${at}`;
  const text = cut(typeof expected === 'string' ? expected : JSON.stringify(expected));
  switch (keyword) {
    case 'required':
      return `a member "${text}"${place}`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `no member "${text}"${place}`;
    case 'type':
      return `type ${text}${place}`;
    case 'enum':
      return `one of ${text}${place}`;
    default:
      return `${keyword}${expected === null ? '' : ` ${text}`}${place}`;
  }
}

/** What stands at a JSON pointer. */
function foundAt(input: JsonValue, pointer: string): string {
  let value: JsonValue | undefined = input;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isJsonArray(value) ? value[Number(key)] : isJsonObject(value) ? value[key] : undefined;
  }
  return `${cut(JSON.stringify(value ?? null))}${pointer === '' ? '' : ` at ${pointer}`}`;
}

const longest = 200;

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`;
}
