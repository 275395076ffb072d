import { isJsonObject, type JsonValue } from '../canonical/json.ts';
import type { BundleTool, BundleToolSource } from './bundle.ts';
import { digest, label, relativePath, retry, seconds, toolName } from './read-words.ts';
import { anyObject, flag, list, mismatch, object, oneOf, text, type Reader } from './reader.ts';

const builtinSource = object(
  {
    type: oneOf('builtin'),
    name: oneOf('list', 'read', 'search', 'write', 'stateGet', 'statePut'),
  },
  {},
);

const codeSource = object(
  { type: oneOf('module', 'python'), tree: digest, entry: relativePath, tool: text(61, /^[A-Za-z0-9_-]+$/) },
  {},
);

const sourceType = oneOf('builtin', 'module', 'python');

const source: Reader<BundleToolSource> = (value, at) => {
  const type = isJsonObject(value) ? value['type'] : undefined;
  const known = sourceType(type ?? null, `${at}.type`);
  return known === 'builtin' ? builtinSource(value, at) : codeSource(value, at);
};

const probed = object({ mode: oneOf('none', 'safe', 'keyed', 'probe') }, { probe: toolName });

const idempotency: typeof probed = (value, at) => {
  const read = probed(value, at);
  if ((read.mode === 'probe') === (read.probe !== undefined)) return read;
  throw mismatch(at, 'a probe for mode probe and for no other', read.mode);
};

const shared = {
  description: text(1_024),
  risk: oneOf('read', 'write', 'network', 'destructive'),
  timeoutSeconds: seconds,
  retry,
  tags: list(label, 16),
  digest,
};

const builtin = object({ name: toolName, source }, shared);

const fromCode = object(
  { name: toolName, source, inputSchema: anyObject },
  { ...shared, outputSchema: anyObject, idempotency, reentrant: flag },
);

/** A tool of a bundle; what is only of tools with code, built-in ones do not have. */
export const tool: Reader<BundleTool> = (value: JsonValue, at) => {
  const { source: from } = isJsonObject(value) ? value : {};
  const isBuiltin = from !== undefined && source(from, `${at}.source`).type === 'builtin';
  return isBuiltin ? builtin(value, at) : fromCode(value, at);
};
