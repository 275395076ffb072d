import type { JsonObject, JsonValue } from '#crds';
import type { ToolContext } from '../../../../sdk/node/tool.ts';
import type { ContextMethod, ContextNotes, ToHost } from '../protocol.ts';

/** How one call speaks to the runtime. */
export interface Ask {
  /** Throws where it cannot be sent: what is no JSON, or more than a message holds. */
  request(method: ContextMethod, params: JsonObject): Promise<JsonValue>;
  notify(method: keyof ContextNotes, params: JsonObject): void;
}

const wholeFile = 1024 * 1024;

/** What a tool gets to work with; the runtime answers, and checks everything. */
export function contextOf({ path, key }: ToHost['call'], signal: AbortSignal, ask: Ask): ToolContext {
  let calls = 0;
  // The runtime answers as the contract says, so what comes back has the type that the method names.
  const request = async <T>(method: ContextMethod, params: object): Promise<T> =>
    (await ask.request(method, params as JsonObject)) as T;
  return {
    path,
    key,
    signal,
    call: async (name, input, { timeoutMs, limits } = {}) => {
      const bounds = { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(limits === undefined ? {} : { limits }) };
      const asked = ask.request('ctx/call', { k: calls + 1, name, input, ...bounds } as JsonObject);
      // What could not be sent threw, and has no number.
      calls += 1;
      return asked;
    },
    find: (wanted) => request('ctx/find', { ...wanted }),
    approve: async (message, about = null) => void (await request('ctx/approve', { message, about })),
    log: (text) => ask.notify('ctx/log', { text: String(text).toWellFormed() }),
    progress: (fraction, text = '') => ask.notify('ctx/progress', { fraction, text: String(text).toWellFormed() }),
    now: () => request('ctx/now', {}),
    random: () => request('ctx/random', {}),
    uuid: () => request('ctx/uuid', {}),
    files: {
      read: (file, { offset = 0, bytes = wholeFile } = {}) => request('ctx/files.read', { path: file, offset, bytes }),
      list: (folder, { recursive = false, max = 1_000 } = {}) =>
        request('ctx/files.list', { path: folder, recursive, max }),
      search: (folder, pattern, { max = 1_000, glob = '**' } = {}) =>
        request('ctx/files.search', { path: folder, pattern, max, glob }),
      write: (file, text) => request('ctx/files.write', { path: file, text }),
    },
    state: {
      get: (name) => request('ctx/state.get', { key: name }),
      put: (name, value, version) => request('ctx/state.put', { key: name, value, version }),
    },
    artifact: (name, mediaType, content) =>
      request('ctx/artifact', { name, mediaType, content: Buffer.from(content).toString('base64') }),
  };
}
