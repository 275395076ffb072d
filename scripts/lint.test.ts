import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** One way each around the bans of the core: what it is called, and the lines of a module that does it. */
const ambient: Readonly<Record<string, string>> = {
  'process-env': 'export const found = process.env;',
  'process-global': 'export const found = process.pid;',
  'process-named': "import { env } from 'node:process';\nexport const found = env;",
  'process-default': "import process from 'node:process';\nexport const found = process.pid;",
  'process-bare': "import { pid } from 'process';\nexport const found = pid;",
  'date-now': 'export const found = Date.now();',
  'date-new': 'export const found = new Date();',
  'date-global-this': 'export const found = globalThis.Date.now();',
  'date-alias': 'const { Date: When } = globalThis;\nexport const found = When.now();',
  'time-performance': 'export const found = performance.now();',
  'time-perf-hooks': "import { performance as watch } from 'node:perf_hooks';\nexport const found = watch.now();",
  'time-hrtime': "import { hrtime } from 'node:process';\nexport const found = hrtime.bigint();",
  'chance-math': 'export const found = Math.random();',
  'chance-uuid': "import { randomUUID } from 'node:crypto';\nexport const found = randomUUID();",
  'chance-bytes': "import { randomBytes as draw } from 'node:crypto';\nexport const found = draw(8);",
  'chance-namespace': "import * as chance from 'node:crypto';\nexport const found = chance.randomUUID();",
  'chance-default': "import chance from 'node:crypto';\nexport const found = chance.randomBytes(8);",
  'chance-web': 'export const found = crypto.randomUUID();',
  'host-named': "import { hostname } from 'node:os';\nexport const found = hostname();",
  'host-default': "import os from 'node:os';\nexport const found = os.hostname();",
  'locale-intl': "export const found = new Intl.NumberFormat('de');",
  'locale-compare': "export const found = 'a'.localeCompare('b');",
  'locale-string': 'export const found = (1).toLocaleString();',
  'locale-case': "export const found = 'a'.toLocaleUpperCase();",
  polling: 'export const found = setInterval(() => {}, 1);',
};

const core = ['crds/closure', 'runtime/score', 'controller/reconcile'];

/** What is allowed, so that the bans forbid no more than they mean. */
const allowed: Readonly<Record<string, string>> = {
  'runtime/score/allowed.ts': "import { createHash } from 'node:crypto';\nexport const found = createHash('sha256');",
  'runtime/main.ts':
    "import { randomBytes } from 'node:crypto';\nexport const found = [randomBytes(8), process.env, Date.now()];",
  'runtime/score/some.test.ts':
    "import { randomUUID } from 'node:crypto';\nexport const found = [randomUUID(), Date.now()];",
  'runtime/workspace/folder.ts': 'export const found = process.platform;',
  'crds/canonical/instant.ts': 'export const found = new Date(0);',
  'runtime/semantics/1/any.ts': "import { other } from './other.ts';\nexport const found = other;",
  'runtime/semantics/semantics.ts': "import { found } from './1/any.ts';\nexport const known = found;",
};

/** Breaches of the one direction, circles, also of types, and ways past the number that a Session is pinned to. */
const breaches: Readonly<Record<string, string>> = {
  'crds/up.ts': "import { found } from '#runtime';\nexport const here = found;",
  'runtime/up.ts': "import { found } from '../controller/any.ts';\nexport const here = found;",
  'runtime/cluster.ts': "import { KubeConfig } from '@kubernetes/client-node';\nexport const here = KubeConfig;",
  'controller/up.ts': "import { found } from '../cli/any.ts';\nexport const here = found;",
  'controller/reconcile/up.ts': "import { found } from '../../cli/any.ts';\nexport const here = found;",
  'crds/circle-a.ts': "import type { B } from './circle-b.ts';\nexport interface A {\n  readonly b: B;\n}",
  'crds/circle-b.ts': "import type { A } from './circle-a.ts';\nexport interface B {\n  readonly a: A;\n}",
  'runtime/score/number.ts': "import { found } from '../semantics/1/any.ts';\nexport const here = found;",
  'runtime/score/number.test.ts': "import { found } from '../semantics/1/any.ts';\nexport const here = found;",
  'runtime/score/number-type.ts': "import type { Found } from '../semantics/1/any.ts';\nexport type Here = Found;",
  'cli/number.ts': "import { found } from '../runtime/semantics/1/any.ts';\nexport const here = found;",
  'controller/reconcile/number.ts':
    "import { found } from '../../runtime/semantics/1/any.ts';\nexport const here = found;",
  'test/number.ts': "import { found } from '../runtime/semantics/1/any.ts';\nexport const here = found;",
  'runtime/workspace/folder-beside.ts': 'export const found = process.platform;',
};

let folder: string;
const refused = new Set<string>();

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `${text}\n`);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orket-lint-'));
  for (const file of ['.oxlintrc.json', 'package.json', 'tsconfig.json']) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const place of core) {
    for (const [name, text] of Object.entries(ambient)) plant(`${place}/${name}.ts`, text);
  }
  for (const files of [allowed, breaches]) for (const [path, text] of Object.entries(files)) plant(path, text);
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['-f', 'json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { diagnostics }: { diagnostics: readonly { readonly filename: string; readonly code: string }[] } =
    JSON.parse(stdout);
  for (const { filename, code } of diagnostics) {
    if (/no-restricted-|no-cycle/.test(code)) refused.add(filename);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('lint', () => {
  it.each(core.flatMap((place) => Object.keys(ambient).map((name) => `${place}/${name}.ts`)))('refuses %s', (path) => {
    expect(refused).toContain(path);
  });

  it.each(Object.keys(breaches))('refuses %s', (path) => {
    expect(refused).toContain(path);
  });

  it.each(Object.keys(allowed))('lets %s be', (path) => {
    expect(refused).not.toContain(path);
  });
});
