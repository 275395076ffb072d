import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { editIn } from '../../cli/people/editor.ts';
import { asking } from './asking.ts';
import { atTerminalWith } from './person.ts';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const run = ['run', 'flow.yaml'] as const;
const question = 'approve it? [y]es, [n]o, [e]dit the input, [s]kip: ';

describe('a person with an editor', () => {
  it('has the input edited in an editor, as often as it takes, in a file that nobody else may read', async () => {
    sandbox.manifests('flow.yaml', asking());
    // The first time it leaves what is no YAML, the second time it mends what was left the first time.
    const editor = join(sandbox.path, 'editor.sh');
    const broken = `stat -c %a "$1" > mode; sed -i 's/^path: .*/path: [workspace:b.txt/' "$1"`;
    const mended = `sed -i -e 's/^path: .*/path: workspace:b.txt/' -e 's/^text: .*/text: plain/' "$1"`;
    writeFileSync(editor, `if grep -q '^path: w' "$1"; then ${broken}; else ${mended}; fi\n`);
    const person = atTerminalWith({ VISUAL: '', EDITOR: `sh '${editor}'` }, sandbox, ...run);
    await person.sees(question);
    person.types('e');
    await person.sees('the input: the file cannot be read (ORK-1000 Usage)');
    await person.sees(question);
    person.types('e');
    await person.sees('Instead, with input:');
    await person.sees('"path": "workspace:b.txt"');
    await person.sees('approve it so? [y]es, [n]o: ');
    person.types('y');
    await person.sees('wrote workspace:b.txt');
    expect(await person.ended).toMatchObject({ code: 0 });
    expect(sandbox.read(sandbox.sessions()[0] ?? '', 'workspace/b.txt')).toBe('plain');
    expect(readFileSync(join(sandbox.path, 'mode'), 'utf8')).toBe('600\n');
  });

  it('changes nothing where an editor fails or leaves the input as it is', async () => {
    sandbox.manifests('flow.yaml', asking());
    const editor = `sh -c 'test -e once || { touch once; exit 3; }'`;
    const person = atTerminalWith({ EDITOR: editor }, sandbox, ...run, '--park-after', '1');
    await person.sees(question);
    person.types('e');
    await person.sees('the editor could not be used');
    await person.sees('which ended with code 3');
    await person.sees(question);
    person.types('e');
    await person.sees('Nothing was changed.');
    await person.sees(question);
    person.types('s');
    expect(await person.ended).toMatchObject({ code: 21 });
  });

  it('hears what ended the editor, where that was not the editor', async () => {
    const open = join(sandbox.path, 'open');
    const stop = new AbortController();
    const ended = new Error('answered elsewhere');
    const edited = editIn(`sh -c 'touch "${open}"; exec sleep 60'`, 'a: 1\n', '', stop.signal);
    const refused = expect(edited).rejects.toBe(ended);
    await vi.waitFor(() => expect(existsSync(open)).toBe(true), { timeout: 20_000 });
    stop.abort(ended);
    await refused;
  });
});
