import { isJsonObject, OrketError, readCallLimits, type JsonObject, type JsonValue } from '#crds';
import type { CallContext, CallOptions, Capability } from '../../call/run.ts';
import type { Risk } from '../../journal/record.ts';
import type { ContextMethod } from './protocol.ts';

type Answer = (context: CallContext, params: JsonObject) => Promise<JsonValue>;

/** The members of CallContext over the wire: parameters are checked here, everything else by the harness. */
const answers: Readonly<Record<ContextMethod, Answer>> = {
  'ctx/call': async (context, params) =>
    context.call(text(params, 'name'), value(params, 'input'), callOptions(params)),
  'ctx/find': async (context, params) => context.find(capability(params)).map((facts) => ({ ...facts })),
  'ctx/approve': async (context, params) => {
    await context.approve(text(params, 'message'), value(params, 'about'));
    return null;
  },
  'ctx/now': (context) => context.now(),
  'ctx/random': async (context) => context.random(),
  'ctx/uuid': async (context) => context.uuid(),
  'ctx/files.read': async ({ files }, params) => ({
    ...(await files.read(text(params, 'path'), { offset: count(params, 'offset'), bytes: count(params, 'bytes') })),
  }),
  'ctx/files.list': async ({ files }, params) => {
    const options = { recursive: params['recursive'] === true, max: count(params, 'max') };
    const { entries, truncated } = await files.list(text(params, 'path'), options);
    return { entries: entries.map((entry) => ({ ...entry })), truncated };
  },
  'ctx/files.search': async ({ files }, params) => {
    const options = { max: count(params, 'max'), glob: text(params, 'glob') };
    const { matches, truncated } = await files.search(text(params, 'path'), text(params, 'pattern'), options);
    return { matches: matches.map((match) => ({ ...match })), truncated };
  },
  'ctx/files.write': async ({ files }, params) => ({
    ...(await files.write(text(params, 'path'), text(params, 'text'))),
  }),
  'ctx/state.get': async ({ state }, params) => ({ ...(await state.get(text(params, 'key'))) }),
  'ctx/state.put': ({ state }, params) =>
    state.put(text(params, 'key'), value(params, 'value'), count(params, 'version')),
  'ctx/artifact': (context, params) =>
    context.artifact(text(params, 'name'), text(params, 'mediaType'), bytes(params, 'content')),
};

export const contextMethods: ReadonlyMap<string, Answer> = new Map(Object.entries(answers));

const refusal = 'what a tool asks of its context is refused';

/** More than this of a file, or of entries, goes in no one answer. */
const largestCount = 8 * 1024 * 1024;

function value(params: JsonObject, name: string): JsonValue {
  const found = params[name];
  if (found === undefined) throw wrong(name, 'a value', found);
  return found;
}

function text(params: JsonObject, name: string): string {
  const found = params[name];
  if (typeof found !== 'string') throw wrong(name, 'a text', found);
  return found;
}

function count(params: JsonObject, name: string): number {
  const found = params[name];
  if (typeof found === 'number' && Number.isSafeInteger(found) && found >= 0) {
    return name === 'offset' || name === 'version' ? found : Math.min(found, largestCount);
  }
  throw wrong(name, 'a whole number', found);
}

function callOptions(params: JsonObject): CallOptions {
  const { timeoutMs, limits } = params;
  return {
    ...(isGiven(timeoutMs) ? { timeoutMs: count(params, 'timeoutMs') } : {}),
    ...(isGiven(limits) ? { limits: limitsOf(limits) } : {}),
  };
}

function isGiven(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

/** The same as a role may have in a bundle. */
function limitsOf(value: JsonValue): NonNullable<CallOptions['limits']> {
  try {
    return readCallLimits(value, 'limits');
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    throw new OrketError('InputRefused', refusal, error.detail);
  }
}

function bytes(params: JsonObject, name: string): Uint8Array {
  const encoded = text(params, name);
  const content = Buffer.from(encoded, 'base64');
  if (content.toString('base64') !== encoded) throw wrong(name, 'base64', 'another text');
  return content;
}

const risks: ReadonlySet<string> = new Set<Risk>(['read', 'write', 'network', 'destructive']);

function capability(params: JsonObject): Capability {
  const { kind, tags, risk, inputSchema, outputSchema } = params;
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'))) {
    throw wrong('tags', 'a list of texts', tags);
  }
  if (risk !== undefined && !isRisk(risk)) throw wrong('risk', 'a risk', risk);
  if (kind !== undefined && kind !== 'role' && kind !== 'tool') throw wrong('kind', '"role" or "tool"', kind);
  if (inputSchema !== undefined && !isJsonObject(inputSchema)) throw wrong('inputSchema', 'an object', inputSchema);
  if (outputSchema !== undefined && !isJsonObject(outputSchema)) throw wrong('outputSchema', 'an object', outputSchema);
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(tags === undefined ? {} : { tags: tags.map(String) }),
    ...(risk === undefined ? {} : { risk }),
    ...(inputSchema === undefined ? {} : { inputSchema }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
  };
}

function isRisk(found: JsonValue): found is Risk {
  return typeof found === 'string' && risks.has(found);
}

function wrong(at: string, expected: string, found: JsonValue | undefined): OrketError {
  return new OrketError('InputRefused', refusal, {
    at,
    expected,
    found: found === undefined ? 'nothing' : typeof found,
  });
}
