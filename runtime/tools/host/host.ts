import { isJsonObject, OrketError, type JsonObject, type JsonValue } from '#crds';
import type { CallContext } from '../../call/run.ts';
import { checkDefinitions, readDefinitions, type HostedTool } from './definitions.ts';
import { HostProcess, type HostCommands } from './host-process.ts';
import { callOf, LiveCall } from './live-call.ts';
import { Said } from './said.ts';
import { Peer } from './peer.ts';
import type { Pause } from './machine.ts';
import { bounds, protocolVersion, type ToolDefinition } from './protocol.ts';

export interface HostStart extends HostCommands {
  /** What its Toolset says of it. */
  readonly tools: readonly HostedTool[];
}

/** One process with the tools of one Toolset. Once it has failed in any way it is gone, and another one takes over. */
export class ToolHost {
  readonly #process: HostProcess;
  readonly #peer: Peer;
  readonly #pause: Pause;
  readonly #calls = new Map<number, LiveCall>();
  readonly #over = new AbortController();
  #nextCall = 1;
  /** What belongs to no call that is open. */
  readonly #strays = new Said();

  private constructor(start: HostCommands) {
    this.#pause = start.pause;
    this.#process = new HostProcess(start, () =>
      this.#peer.fail(new OrketError('ToolHostFailed', 'the host floods its output')),
    );
    const served = {
      request: (method: string, params: JsonObject, size: number): Promise<JsonValue> =>
        this.#serve(method, params, size),
      note: (method: string, params: JsonObject, size: number): void =>
        this.#liveCall(params, size)?.note(method, params),
    };
    this.#peer = new Peer(this.#process.wire, served, () => {
      this.#over.abort('over');
      this.#process.kill();
    });
    void this.#process.ended.then((how) =>
      this.#peer.fail(new OrketError('ToolHostFailed', 'the host of this tool is gone', { found: how })),
    );
  }

  /** Starts a host and checks what it offers. Throws `ToolHostFailed`. */
  static async start(start: HostStart): Promise<ToolHost> {
    const host = new ToolHost(start);
    try {
      checkDefinitions(readDefinitions(await host.#initialize()), start.tools);
      return host;
    } catch (error) {
      await host.close();
      throw error instanceof OrketError ? error : notStarted(error);
    }
  }

  /** What a host offers, which is ended again. Throws `ToolHostFailed`. */
  static async offers(start: HostCommands): Promise<readonly ToolDefinition[]> {
    const host = new ToolHost(start);
    try {
      return readDefinitions(await host.#initialize());
    } catch (error) {
      throw error instanceof OrketError ? error : notStarted(error);
    } finally {
      await host.close();
    }
  }

  get isAlive(): boolean {
    return !this.#over.signal.aborted;
  }

  /**
   * Has one of its tools do its work, unless it is too late to begin. When the call is stopped the tool is told, and killed
   * with all of its host where it does not end. Throws what the tool failed with: `ToolFailed`, what it was refused and let
   * pass, or `ToolHostFailed`.
   */
  async call(tool: HostedTool, input: JsonValue, context: CallContext): Promise<JsonValue> {
    context.signal.throwIfAborted();
    context.begin();
    const number = this.#nextCall;
    this.#nextCall += 1;
    const live = new LiveCall(tool, context);
    this.#calls.set(number, live);
    const done = new AbortController();
    const stop = (): void => void this.#cancel(number, done.signal);
    context.signal.addEventListener('abort', stop, { once: true, signal: done.signal });
    live.attemptEnded.catch(stop);
    try {
      const { path, key } = context;
      const timeoutMs = tool.timeoutSeconds === undefined ? null : tool.timeoutSeconds * 1000;
      const params = { call: number, tool: tool.source.tool, path, key, input, timeoutMs };
      const answer = await Promise.race([this.#peer.request('call', params), live.attemptEnded]);
      const output = isJsonObject(answer) ? answer['output'] : undefined;
      if (output === undefined) throw new OrketError('ToolHostFailed', 'the host answered without an output');
      return output;
    } catch (error) {
      throw live.failure(error);
    } finally {
      this.#calls.delete(number);
      done.abort('done');
    }
  }

  /** Ends it at once. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#peer.fail(new OrketError('ToolHostFailed', 'the host of this tool was ended'));
    await this.#process.ended;
  }

  async #initialize(): Promise<JsonValue> {
    const answered = new AbortController();
    void this.#pause(bounds.startMs, answered.signal).then(
      () => this.#peer.fail(new OrketError('ToolHostFailed', 'the host did not start in time')),
      () => {},
    );
    try {
      return await this.#peer.request('initialize', { protocol: protocolVersion });
    } finally {
      answered.abort('answered');
    }
  }

  async #cancel(call: number, answered: AbortSignal): Promise<void> {
    this.#peer.notify('cancel', { call });
    try {
      await this.#pause(bounds.cancelMs, answered);
    } catch {
      return;
    }
    this.#peer.fail(new OrketError('ToolHostFailed', 'the host was ended: a call did not stop'));
  }

  #serve(method: string, params: JsonObject, size: number): Promise<JsonValue> {
    const live = this.#liveCall(params, size);
    if (live === undefined) return Promise.reject(new OrketError('ToolFailed', 'the call has ended'));
    return live.request(method, params);
  }

  /** The call that a message belongs to, which is counted there. */
  #liveCall(params: JsonObject, size: number): LiveCall | undefined {
    const live = this.#calls.get(callOf(params));
    const isFlood = live === undefined ? this.#strays.add(size) : live.said.add(size);
    if (isFlood) this.#peer.fail(new OrketError('ToolHostFailed', 'the host floods the wire'));
    return live;
  }
}

function notStarted(error: unknown): OrketError {
  const found = error instanceof Error ? error.message : String(error);
  return new OrketError('ToolHostFailed', 'the host of this tool did not start', { found }, error);
}
