import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Document, visit } from 'yaml';
import { OrketError, type JsonObject, type JsonValue } from '#crds';
import type { Terminal } from '../terminal.ts';
import { objectIn } from './decision-flags.ts';
import { unseen } from './gate-text.ts';

/** What somebody made of a text in their editor. */
export interface Edited {
  /** As they saved it. */
  readonly text: string;
  /** What it says; null where it was left as it is. */
  readonly input: JsonObject | null;
  /** Why it says nothing that can be used. */
  readonly wrong: OrketError | null;
}

/** The command of this person's editor, null where none is set. */
export function editorOf({ environment }: Pick<Terminal, 'environment'>): string | null {
  return [environment['VISUAL'], environment['EDITOR']].find((command) => command?.trim()) ?? null;
}

/** An input as YAML in which nothing hides, with a word on what to do. Editors take settings from the first and last lines of a file: those are ours. */
export function editable(input: JsonValue, id: string): string {
  const document = new Document(input);
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value !== 'string') return;
      if (node.value.replaceAll('\n', '').search(unseen) >= 0) node.type = 'QUOTE_DOUBLE';
    },
  });
  const text = document.toString({ lineWidth: 0 });
  const head = [
    `# The input of ${id}. The call is made with what you save here, YAML or JSON.`,
    '# Before that you are shown what it has become, and asked once more.',
    '# Save it as it is, and nothing is changed.',
  ];
  return [...head, ...margin, text.replaceAll(unseen, escaped), ...margin, '# End of the input.', ''].join('\n');
}

const margin = ['#', '#', '#', '#', '#'];

function escaped(unit: string): string {
  const code = unit.codePointAt(0) ?? 0;
  if (unit === '\n') return unit;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/**
 * Has a text changed in an editor, which gets the terminal and a file that nobody else may read. Throws `Usage` where the
 * editor does not run or fails, and what `signal` says where that ends it.
 */
export async function editIn(editor: string, text: string, unchanged: string, signal: AbortSignal): Promise<Edited> {
  const folder = await mkdtemp(join(tmpdir(), 'orket-input-'));
  const file = join(folder, 'input.yaml');
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    await run(editor, file, signal);
    return await read(file, unchanged);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Standard output may be a pipe that takes the answer: what the editor draws goes where questions go. */
function run(editor: string, file: string, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const failed = (found: string, cause?: unknown): void =>
      fail(
        new OrketError(
          'Usage',
          'the editor could not be used',
          {
            at: 'VISUAL or EDITOR',
            expected: 'a command that edits a file and ends',
            found,
            remedy: 'Set it to another, or to nothing.',
          },
          cause,
        ),
      );
    const options = { stdio: ['inherit', process.stderr.fd, 'inherit'], signal } as const;
    const child = spawn('sh', ['-c', `exec env ${editor} "$1"`, 'sh', file], { ...options, stdio: [...options.stdio] });
    child.once('error', (error) => {
      if (signal.aborted) fail(signal.reason);
      else failed(error.message, error);
    });
    child.once('exit', (code, killed) => {
      if (code === 0) done();
      else failed(`${JSON.stringify(editor)}, which ended with ${killed ?? `code ${code ?? 'none'}`}`);
    });
  });
}

async function read(file: string, unchanged: string): Promise<Edited> {
  try {
    const input = await objectIn(file);
    const text = await readFile(file, 'utf8');
    return { text, input: text === unchanged ? null : input, wrong: null };
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    const { expected, found, remedy } = error.detail;
    // The file is gone by the time somebody reads this.
    const detail = {
      at: 'the input',
      ...(expected && { expected }),
      ...(found && { found }),
      ...(remedy && { remedy }),
    };
    const text = await readFile(file, 'utf8').catch(() => unchanged);
    return { text, input: null, wrong: new OrketError('Usage', error.summary, detail, error) };
  }
}
