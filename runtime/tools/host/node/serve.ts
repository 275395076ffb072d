import type { Duplex } from 'node:stream';
import type { JsonObject, JsonValue } from '#crds';
import type { CallError as CallErrorOfSdk, DefinedTool } from '../../../../sdk/node/tool.ts';
import { FrameReader, frameOf } from '../frames.ts';
import { errorCodes, protocolVersion, type ErrorData, type FromHost, type ToHost } from '../protocol.ts';
import { contextOf, type Ask } from './context.ts';
import { messageOf } from './failure.ts';
import { jsonOf } from './json.ts';

export type CallErrorClass = new (message: string, reason: string) => CallErrorOfSdk;
type Tools = ReadonlyMap<string, DefinedTool>;

interface Waiting {
  readonly resolve: (value: JsonValue) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers the runtime until the wire ends. What it says is trusted: it checks what we say. */
export function serve(wire: Duplex, tools: Promise<Tools>, CallError: CallErrorClass, tree: string): void {
  const waiting = new Map<number, Waiting>();
  const stops = new Map<number, AbortController>();
  let nextId = 1;

  const send = (message: JsonObject): void => void wire.write(frameOf(JSON.stringify(message)));
  const answer = async (id: JsonValue, work: Promise<JsonValue>): Promise<void> => {
    try {
      send({ jsonrpc: '2.0', id, result: await work });
    } catch (error) {
      const refused = error instanceof CallError;
      const reason = refused ? error.reason : 'ToolFailed';
      // What was refused says what the runtime said, and where that was is its affair.
      const message = messageOf(refused ? error.message : error, tree);
      send({ jsonrpc: '2.0', id, error: { code: errorCodes.failed, message, data: { reason } } });
    }
  };
  const askFor = (call: number): Ask => ({
    request: (method, params) => {
      const { promise, resolve, reject } = Promise.withResolvers<JsonValue>();
      const id = nextId;
      send({ jsonrpc: '2.0', id, method, params: jsonOf({ ...params, call }) });
      nextId += 1;
      waiting.set(id, { resolve, reject });
      return promise;
    },
    notify: (method, params) => send({ jsonrpc: '2.0', method, params: { ...params, call } }),
  });

  const call = async (params: ToHost['call']): Promise<FromHost['call']> => {
    const stop = new AbortController();
    // It may be cancelled while the tools are still loading.
    stops.set(params.call, stop);
    try {
      const tool = (await tools).get(params.tool);
      if (tool === undefined) throw new Error(`there is no tool "${params.tool}"`);
      // It would wait for a signal that has fired.
      stop.signal.throwIfAborted();
      const output = await tool.run(params.input, contextOf(params, stop.signal, askFor(params.call)));
      return { output: jsonOf(output) };
    } finally {
      stops.delete(params.call);
    }
  };

  const take = ({ id, method, params, result, error }: Incoming): void => {
    if (method === 'initialize')
      return void answer(
        id ?? null,
        tools.then((all) => ({ ...describe(all) }) as unknown as JsonObject),
      );
    if (method === 'call') return void answer(id ?? null, call(params as unknown as ToHost['call']));
    if (method === 'cancel') return stops.get(Number(params?.['call']))?.abort(new CallError('cancelled', 'Cancelled'));
    const asked = waiting.get(Number(id));
    waiting.delete(Number(id));
    if (error === undefined) asked?.resolve(result ?? null);
    else asked?.reject(new CallError(error.message, error.data?.reason ?? 'ToolFailed'));
  };
  const reader = new FrameReader();
  wire.on('data', (chunk: Buffer) => {
    for (const text of reader.push(chunk)) take(JSON.parse(text));
  });
}

interface Incoming {
  readonly id?: JsonValue;
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: JsonValue;
  readonly error?: { readonly message: string; readonly data?: Partial<ErrorData> };
}

function describe(all: Tools): FromHost['initialize'] {
  const tools = [...all.values()].map((tool) => ({
    name: tool.name,
    description: tool.description,
    inputSchema: tool.input as JsonObject,
    outputSchema: (tool.output as JsonObject | undefined) ?? null,
    risk: tool.risk ?? 'read',
  }));
  return { protocol: protocolVersion, tools };
}
