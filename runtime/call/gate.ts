import { formatInstant, OrketError, type Digest, type JsonValue } from '#crds';
import type { Demand, Draft, GateKind, MatchedRule, Recorded, Risk } from '../journal/record.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { admit, type Admitted } from './admit.ts';
import { namedFiles, type NamedFile } from './gate-files.ts';
import type { Gate } from './gate-verdict.ts';
import type { JournalRecord } from '../journal/record.ts';
import type { Run } from './run.ts';

/** What people are asked. */
export interface Question {
  readonly kind: GateKind;
  /** What would be called, empty where nothing is. */
  readonly name: string;
  readonly risk: Risk;
  readonly input: Admitted;
  /** Of the definition and code of what would be called, null where it has none of its own. */
  readonly toolDigest: Digest | null;
  /** The input's schema says which of its texts name files. */
  readonly files: readonly string[];
  readonly rules: readonly MatchedRule[];
  readonly message: string;
  readonly approvers: readonly Demand[];
  readonly expiry: { readonly seconds: number | null; readonly onExpiry: 'deny' | 'allow' | 'abort' };
  /** An approval that was given for what is otherwise now. */
  readonly voids: { readonly gate: number; readonly changed: readonly string[] } | null;
}

/** How a gate ended, as the journal has it. */
export type Decided = JournalRecord<'gate.decided'>;

/**
 * Asks people at a path of its own (`CALL/g1`) and waits for what they decide. The question is recorded first and holds
 * across attempts; the answer is an input, and a replay finds it. Throws the reason of `signal`.
 */
export async function waitAtGate(
  question: Question,
  path: string,
  run: Run,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<{ readonly gate: Gate; readonly decided: Decided }> {
  const gate = await opened(question, path, run, workspace);
  const decided = await run.trail.input({
    type: 'gate.decided',
    path,
    make: async (): Promise<Draft<'gate.decided'>> => {
      const { value, ...conclusion } = await run.presence.waiting(path, () => run.desk.decide(gate, signal));
      const given = value === null ? null : admit(value, run.mask);
      const body = {
        ...conclusion,
        gate: gate.seq,
        value: given === null ? null : await run.trail.record(given.value),
        valueDigest: given?.digest ?? null,
      };
      return { type: 'gate.decided', path, body };
    },
  });
  return { gate, decided };
}

/** The value that people gave with their decision. Throws `JournalCorrupt` where there is none. */
export async function valueOf({ body }: Decided, run: Run): Promise<Admitted> {
  const { value, valueDigest } = body;
  if (valueDigest === null) throw new OrketError('JournalCorrupt', 'a decision lacks what it gives');
  return { value: await readRecorded(value, valueDigest, run), digest: valueDigest };
}

async function readRecorded(value: Recorded | null, digest: Digest, { trail }: Run): Promise<JsonValue> {
  return trail.read(value, digest);
}

async function opened(question: Question, path: string, run: Run, workspace: Workspace): Promise<Gate> {
  const { kind, name, risk, input, toolDigest, rules, message, approvers, expiry, voids } = question;
  const make = async (): Promise<Draft<'gate.opened'>> => {
    // Which files there are and what time it is are inputs: a replay takes them from the record.
    const known = run.trail.recall('gate.opened', path)?.body;
    const files = known?.files ?? (await filesNow(question, path, run, workspace));
    const until = expiry.seconds === null ? null : formatInstant(run.clock() + expiry.seconds * 1000);
    const body = {
      kind,
      name,
      risk,
      input: await run.trail.record(input.value),
      inputDigest: input.digest,
      callDigest: run.semantics.callDigest({
        path: callOf(path),
        toolDigest,
        inputDigest: input.digest,
        files,
        rules: rules.map(({ digest }) => digest),
        kind,
      }),
      files,
      rules,
      message,
      approvers,
      expiresAt: known === undefined ? until : known.expiresAt,
      onExpiry: expiry.onExpiry,
      voids: known === undefined ? voids : known.voids,
    };
    return { type: 'gate.opened', path, body };
  };
  return run.trail.once({ type: 'gate.opened', path, make, sync: true });
}

/** What names no file has none to be refused for. */
async function filesNow(
  { files }: Question,
  path: string,
  run: Run,
  workspace: Workspace,
): Promise<readonly NamedFile[]> {
  return files.length === 0 ? [] : namedFiles(files, callOf(path), run, workspace);
}

/** What a gate stands before. */
function callOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
