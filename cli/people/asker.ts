import { isJsonArray, parseJson, type JsonValue } from '#crds';
import type { GateView, SessionFolder } from '#controller';
import type { Decision } from '#runtime';
import type { Shell } from '../commands/verb.ts';
import { gateText } from './gate-text.ts';
import { chooseGate, readGates, type Gate } from './gates.ts';
import { say, type Unsent } from './send.ts';

/** Asks whoever sits at the terminal about each gate, one after the other, and puts what they say into the inbox. */
export class Asker {
  readonly #folder: SessionFolder;
  readonly #shell: Shell;
  /** Called when a question was answered or given up. */
  readonly #settled: () => void;
  readonly #known = new Set<number>();
  #open: { readonly seq: number; readonly given: AbortController } | null = null;
  #failure: { readonly error: unknown } | null = null;
  #over = false;

  constructor(folder: SessionFolder, shell: Shell, settled: () => void) {
    this.#folder = folder;
    this.#shell = shell;
    this.#settled = settled;
  }

  /** These gates are open now. True while a question is. Throws what went wrong while asking. */
  sees(gates: readonly GateView[]): boolean {
    if (this.#failure !== null) throw this.#failure.error;
    const open = this.#open;
    if (open !== null && !gates.some(({ seq }) => seq === open.seq)) open.given.abort();
    const next = gates.find(({ seq }) => !this.#known.has(seq));
    if (this.#open === null && next !== undefined && !this.#over) this.#start(next.seq);
    return this.#open !== null;
  }

  /** Nobody is asked any more. */
  close(): void {
    this.#over = true;
    this.#open?.given.abort();
  }

  #start(seq: number): void {
    this.#known.add(seq);
    const given = new AbortController();
    this.#open = { seq, given };
    this.#ask(seq, given.signal)
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#open = null;
        this.#settled();
      });
  }

  async #ask(seq: number, signal: AbortSignal): Promise<void> {
    const { terminal } = this.#shell;
    const found = await readGates(this.#folder.path);
    if (found.gates.find(({ opened }) => opened.seq === seq)?.decided !== null) return;
    const gate = chooseGate(found, `g${seq}`);
    const { input, inputDigest } = gate.opened.body;
    terminal.say(`\n${gateText(gate, await found.read(input, inputDigest), terminal.clock())}`);
    for (;;) {
      const line = await terminal.ask(`${gate.id} ${questions[gate.opened.body.kind]} `, signal);
      if (line === null) {
        if (signal.aborted) terminal.say(`${gate.id} was decided meanwhile`);
        return;
      }
      const answer = answerOf(line.trim().toLowerCase(), gate);
      if (answer === 'skip') return;
      const saying = answer === 'edit' ? await this.#edited(gate, signal) : answer;
      if (saying === null) continue;
      say(this.#folder, saying, this.#shell);
      return;
    }
  }

  async #edited(gate: Gate, signal: AbortSignal): Promise<Unsent<Decision> | null> {
    const { terminal } = this.#shell;
    const line = await terminal.ask('the input instead, JSON on one line: ', signal);
    const input = line === null ? undefined : jsonOf(line);
    if (input !== undefined && typeof input === 'object' && input !== null && !isJsonArray(input))
      return { ...decision(gate, 'approve'), input };
    terminal.say('That is no JSON object.');
    return null;
  }
}

const questions = {
  policy: 'approve it? [y]es, [n]o, [e]dit the input, [s]kip:',
  step: 'approve it? [y]es, [n]o, [s]kip:',
  asked: 'approve it? [y]es, [n]o, [s]kip:',
  unknown: 'what happened is unknown: [r]etry, [a]bort, [s]kip:',
} as const;

type Answer = Unsent<Decision> | 'edit' | 'skip' | null;

function answerOf(word: string, gate: Gate): Answer {
  const { kind } = gate.opened.body;
  if (word === 's' || word === 'skip') return 'skip';
  if (kind === 'unknown') {
    if (word === 'r' || word === 'retry') return decision(gate, 'retry');
    return word === 'a' || word === 'abort' ? decision(gate, 'abort') : null;
  }
  if (word === 'y' || word === 'yes') return decision(gate, 'approve');
  if (word === 'n' || word === 'no') return decision(gate, 'deny');
  return (word === 'e' || word === 'edit') && kind === 'policy' ? 'edit' : null;
}

export function decision(gate: Gate, verdict: Decision['verdict']): Unsent<Decision> {
  return { kind: 'decision', gate: gate.id, gateDigest: gate.digest, verdict, note: '' };
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
