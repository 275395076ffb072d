import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckout, type Checkout } from '../../controller/sources/checkout.ts';
import { originText } from '../../cli/resolve-here.ts';
import { treeOf } from '../../runtime/workspace/tree.ts';
import { git, repository } from './git.ts';
import { closure } from './manifests.ts';
import { Sandbox } from './sandbox.ts';

let above: string;
let ran: string;
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'orket-checkout-'));
  ran = join(above, 'ran');
});
afterEach(() => rmSync(above, { recursive: true }));

const flow = { 'flow.yaml': 'kind: Flow\n' };

function open(spec: string): Promise<Checkout> {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: above };
  return openCheckout(spec, { cwd: above, checkouts: join(above, 'checkouts'), environment });
}

/** Has git look at the content of a file again, whatever it knows of it. */
function touch(file: string): void {
  utimesSync(file, 1, 1);
}

/** The settings of a repository that runs a program where files are compared. */
const filter = (): string => `[filter "evil"]\n\tclean = "echo filter >>${ran}; cat"\n`;

describe('a checkout', () => {
  it('of a name that the repository has not is refused with what there may be', async () => {
    const at = join(above, 'checkout');
    repository(at, flow);
    expect((await open(`${at}@main`)).origin).toMatchObject({ kind: 'git', dirty: false });
    await expect(open(`${at}@nobranch:flows`)).rejects.toMatchObject({
      reason: 'NotFound',
      summary: 'there is no branch, tag or commit "nobranch"',
      detail: { at: `${at}@nobranch`, remedy: expect.stringContaining('git branch --all') },
    });
  });

  it('of a repository without a commit says that there is none', async () => {
    const at = join(above, 'checkout');
    mkdirSync(at);
    git(at, 'init', '--quiet');
    writeFileSync(join(at, 'flow.yaml'), 'kind: Flow\n');
    const checkout = await open(at);
    expect(checkout.origin).toMatchObject({ kind: 'git', commit: null });
    expect(originText(checkout)).toBe('from a repository without a commit');
  });
});

describe('a checkout with hostile settings', () => {
  it('has no filter of its own run, and counts as changed', async () => {
    const at = join(above, 'checkout');
    repository(at, { ...flow, '.gitattributes': '*.yaml filter=evil\n' });
    appendFileSync(join(at, '.git/config'), filter());
    touch(join(at, 'flow.yaml'));
    expect((await open(at)).origin).toMatchObject({ kind: 'git', dirty: true });
    expect(existsSync(ran)).toBe(false);
  });

  it('has no program run that would fetch what it lacks', async () => {
    const at = join(above, 'checkout');
    repository(join(above, 'origin'), flow);
    git(join(above, 'origin'), 'config', 'uploadpack.allowFilter', 'true');
    git(above, 'clone', '--quiet', '--filter=tree:0', `file://${join(above, 'origin')}`, at);
    git(at, 'config', 'remote.origin.uploadpack', `echo fetch >>${ran}; git-upload-pack`);
    rmSync(join(at, '.git/objects'), { recursive: true });
    mkdirSync(join(at, '.git/objects'));
    touch(join(at, 'flow.yaml'));
    expect((await open(at)).origin).toMatchObject({ kind: 'git', dirty: true });
    await expect(open(`${at}@HEAD`)).rejects.toMatchObject({ reason: 'GitFailed' });
    expect(existsSync(ran)).toBe(false);
  });

  it('does not say that its work tree is all of the machine', async () => {
    const at = join(above, 'checkout');
    repository(at, flow);
    git(at, 'config', 'core.worktree', above);
    await expect(open(at)).rejects.toMatchObject({ reason: 'GitFailed', detail: { found: above } });
  });
});

describe('a repository among the files of another one', () => {
  it('is none, although its settings came with a clone', async () => {
    const inner = join(above, 'inner');
    repository(inner, { ...flow, '.gitattributes': '*.yaml filter=evil\n' });
    const outer = join(above, 'outer');
    cpSync(join(inner, '.git'), join(outer, 'flows'), { recursive: true });
    for (const name of ['flow.yaml', '.gitattributes']) cpSync(join(inner, name), join(outer, 'flows', name));
    writeFileSync(join(outer, 'flows/config'), `[core]\n\tbare = false\n\tworktree = .\n${filter()}`);
    execFileSync('git', ['init', '--quiet'], { cwd: outer });
    git(outer, 'add', '--all', '--force');
    git(outer, 'commit', '--quiet', '--message', 'Begin');
    git(above, 'clone', '--quiet', outer, join(above, 'clone'));
    const at = join(above, 'clone/flows');
    touch(join(at, 'flow.yaml'));
    await expect(open(at)).rejects.toMatchObject({ reason: 'GitFailed' });
    await expect(treeOf(at)).rejects.toMatchObject({ reason: 'GitFailed' });
    expect(existsSync(ran)).toBe(false);
  });
});

describe('local state that came with a clone', () => {
  it('is neither gone on with nor run in', async () => {
    const sandbox = new Sandbox();
    try {
      sandbox.manifests('flow.yaml', closure());
      git(sandbox.path, 'init', '--quiet');
      expect(await sandbox.orket('run', 'flow.yaml')).toMatchObject({ code: 0 });
      const [name = ''] = sandbox.sessions();
      git(sandbox.path, 'add', '--force', `.orket/sessions/${name}/launch.json`);
      for (const args of [
        ['run', 'flow.yaml'],
        ['run', '.@HEAD:flow.yaml'],
        ['resume', name],
        ['retry', name],
      ]) {
        const refused = await sandbox.orket(...args);
        expect(refused, refused.output).toMatchObject({ code: 2, stdout: '' });
        expect(refused.stderr).toContain(`the local state is a part of the repository`);
      }
      expect(await sandbox.orket('verify', name)).toMatchObject({ code: 0 });
      expect(await sandbox.orket('run', 'flow.yaml', '--state', `${sandbox.path}/own`)).toMatchObject({ code: 0 });
    } finally {
      sandbox.remove();
    }
  });
});
