import { isJsonObject, OrketError, parseJson, type JsonObject, type JsonValue } from '#crds';
import type { GateView, SessionFolder } from '#controller';
import type { Decision, JournalRecord } from '#runtime';
import type { Shell } from '../commands/verb.ts';
import { decidedText } from '../output/decided-text.ts';
import { errorText } from '../output/problems.ts';
import type { Progress } from '../output/progress.ts';
import type { Verdict } from './decision-flags.ts';
import { editable, editIn, editorOf } from './editor.ts';
import { refusedHere } from './expect.ts';
import { gateText, insteadText, peopleText, visible } from './gate-text.ts';
import { chooseGate, readGates, type Gate, type SessionGates } from './gates.ts';
import { say } from './send.ts';

export interface AskerParts {
  readonly folder: SessionFolder;
  /** Name of the Session. */
  readonly session: string;
  readonly shell: Shell;
  readonly progress: Pick<Progress, 'asks' | 'lend'>;
  /** Decisions that are on their way already: the gate by the ID of what was said. */
  readonly said: ReadonlyMap<string, number>;
  /** Called when a question was answered or given up. */
  readonly settled: () => void;
}

/** Asks whoever sits at the terminal about each gate, one after the other, and puts what they say into the inbox. */
export class Asker {
  readonly #parts: AskerParts;
  /** Gates that need not be asked about. */
  readonly #known: Set<number>;
  /** IDs of what was said here, with the gate. */
  readonly #said: Map<string, number>;
  #open: { readonly seq: number; readonly given: AbortController } | null = null;
  #failure: { readonly error: unknown } | null = null;
  #over = false;
  /** What was saved in an editor and is not said yet. */
  #draft: { readonly gate: string; readonly text: string } | null = null;

  constructor(parts: AskerParts) {
    this.#parts = parts;
    this.#said = new Map(parts.said);
    this.#known = new Set(parts.said.values());
  }

  /** These gates are open now. True while a question is. Throws what went wrong while asking. */
  sees(gates: readonly GateView[]): boolean {
    if (this.#failure !== null) throw this.#failure.error;
    const open = this.#open;
    if (open !== null && !gates.some(({ seq }) => seq === open.seq)) this.#giveUp();
    const next = gates.find(({ seq }) => !this.#known.has(seq));
    if (this.#open === null && next !== undefined && !this.#over) this.#start(next.seq);
    return this.#open !== null;
  }

  /** What was decided is asked no more, and who decided it is told before anything that follows from it. */
  decided({ body }: JournalRecord<'gate.decided'>): void {
    const open = this.#open;
    if (open?.seq !== body.gate || open.given.signal.aborted) return;
    this.#giveUp();
    this.#parts.shell.terminal.say(visible(`g${body.gate} is ${decidedText(body)} meanwhile`));
  }

  /** What was said here and is refused all the same is asked once more. */
  heard({ body: { id, refused } }: JournalRecord<'input.received'>): void {
    const gate = this.#said.get(id);
    if (gate === undefined) return;
    if (refused !== null) this.#known.delete(gate);
    else void this.#tellProgress(gate);
  }

  /** Nobody is asked any more. */
  close(): void {
    this.#over = true;
    this.#giveUp();
  }

  /** Takes the question back. */
  #giveUp(): void {
    const { shell, progress } = this.#parts;
    if (this.#open === null || this.#open.given.signal.aborted) return;
    progress.asks(null);
    shell.terminal.draw('\n');
    this.#open.given.abort();
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
        this.#parts.settled();
      });
  }

  async #ask(seq: number, signal: AbortSignal): Promise<void> {
    const { shell, folder, session } = this.#parts;
    const { terminal } = shell;
    const found = await readGates(folder.path);
    if (found.gates.find(({ opened }) => opened.seq === seq)?.decided !== null) return;
    const gate = chooseGate(found, `g${seq}`, session);
    const { input, inputDigest } = gate.opened.body;
    const value = await found.read(input, inputDigest);
    terminal.say(`\n${gateText(gate, value, terminal.clock())}`);
    for (;;) {
      const line = await this.#line(`${gate.id} ${questions[gate.opened.body.kind]} `, signal);
      if (line === null) {
        if (!signal.aborted) terminal.draw('\n');
        return;
      }
      const answer = answerOf(line.trim().toLowerCase(), gate);
      if (answer === 'skip') return;
      const verdict =
        answer === 'edit' ? await this.#edited(gate.id, value, signal) : await this.#withNote(answer, signal);
      if (verdict === null || (await this.#cannot(gate, verdict, found))) continue;
      if (verdict.input !== undefined && !(await this.#confirmed(gate, verdict.input, signal))) continue;
      const saying = { kind: 'decision', gate: gate.id, gateDigest: gate.digest, ...verdict } as const;
      this.#said.set(say(folder, saying, shell), seq);
      return;
    }
  }

  /** Says why this person cannot say that. */
  async #cannot(gate: Gate, verdict: Verdict, found: SessionGates): Promise<boolean> {
    const { shell, folder } = this.#parts;
    const { terminal } = shell;
    const refusal = await refusedHere(folder, gate, verdict, found, terminal.clock());
    if (refusal === null) return false;
    const { what, expected, found: is, remedy } = refusal;
    terminal.say(visible(`${what}: expected ${expected}, found ${is}. ${remedy}`));
    return true;
  }

  async #edited(gate: string, value: JsonValue, signal: AbortSignal): Promise<Verdict | null> {
    const editor = editorOf(this.#parts.shell.terminal);
    const input =
      editor === null ? await this.#typed(value, signal) : await this.#fromEditor(editor, gate, value, signal);
    return input === null ? null : { verdict: 'approve', note: '', input };
  }

  /** Null where it was left as it is, or cannot be used. What was saved is there again the next time. */
  async #fromEditor(editor: string, gate: string, value: JsonValue, signal: AbortSignal): Promise<JsonObject | null> {
    const { terminal } = this.#parts.shell;
    const unchanged = editable(value, gate);
    const giveBack = this.#parts.progress.lend();
    try {
      const text = this.#draft?.gate === gate ? this.#draft.text : unchanged;
      const edited = await editIn(editor, text, unchanged, signal);
      this.#draft = { gate, text: edited.text };
      if (edited.wrong !== null) terminal.say(errorText(edited.wrong));
      else if (edited.input === null) terminal.say('Nothing was changed.');
      return edited.input;
    } catch (error) {
      if (signal.aborted) return null;
      if (!(error instanceof OrketError)) throw error;
      terminal.say(errorText(error));
      return null;
    } finally {
      giveBack();
    }
  }

  async #typed(value: JsonValue, signal: AbortSignal): Promise<JsonObject | null> {
    const { terminal } = this.#parts.shell;
    terminal.say(`now: ${visible(JSON.stringify(value))}`);
    const line = await this.#line('the input instead, JSON on one line, empty to leave it: ', signal);
    if (line === null || line.trim() === '') return null;
    const input = jsonOf(line);
    if (input !== undefined && isJsonObject(input)) return input;
    terminal.say('That is no JSON object: expected one such as the input above.');
    return null;
  }

  /** What will run is shown before it does. */
  async #confirmed({ id }: Gate, input: JsonValue, signal: AbortSignal): Promise<boolean> {
    this.#parts.shell.terminal.say(insteadText(input));
    const line = await this.#line(`${id} approve it so? [y]es, [n]o: `, signal);
    return /^y(es)?$/i.test(line?.trim() ?? '');
  }

  /** Whoever asked is told why not. */
  async #withNote(verdict: Decision['verdict'] | null, signal: AbortSignal): Promise<Verdict | null> {
    if (verdict !== 'deny') return verdict === null ? null : { verdict, note: '' };
    const note = await this.#line('why not? Whoever asked is told; may be empty: ', signal);
    return note === null ? null : { verdict, note: note.trim().slice(0, 4096) };
  }

  async #line(question: string, signal: AbortSignal): Promise<string | null> {
    const { shell, progress } = this.#parts;
    if (signal.aborted) return null;
    progress.asks(question);
    try {
      return await shell.terminal.ask(question, signal);
    } finally {
      progress.asks(null);
    }
  }

  /** Where one person is not enough: how many there are. */
  async #tellProgress(seq: number): Promise<void> {
    const { folder, shell } = this.#parts;
    const { gates } = await readGates(folder.path);
    const gate = gates.find(({ opened }) => opened.seq === seq);
    if (gate === undefined || gate.decided !== null) return;
    const people = peopleText(gate);
    if (people !== null) shell.terminal.say(visible(`${gate.id}: ${people}`));
  }
}

const questions = {
  policy: 'approve it? [y]es, [n]o, [e]dit the input, [s]kip:',
  step: 'approve it? [y]es, [n]o, [s]kip:',
  asked: 'approve it? [y]es, [n]o, [s]kip:',
  unknown: 'what happened is unknown: [r]etry, [a]bort, [s]kip:',
} as const;

type Answer = Decision['verdict'] | 'edit' | 'skip' | null;

function answerOf(word: string, gate: Gate): Answer {
  const { kind } = gate.opened.body;
  if (word === 's' || word === 'skip') return 'skip';
  if (kind === 'unknown') {
    if (word === 'r' || word === 'retry') return 'retry';
    return word === 'a' || word === 'abort' ? 'abort' : null;
  }
  if (word === 'y' || word === 'yes') return 'approve';
  if (word === 'n' || word === 'no') return 'deny';
  return (word === 'e' || word === 'edit') && kind === 'policy' ? 'edit' : null;
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
