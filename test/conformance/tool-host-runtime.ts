/** A runtime that holds a secret in every way there is, its journal included, and has tools look for it: `LANGUAGE CONFINEMENT SECRETS ROOTS`. */
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, parseJson, type JsonValue } from '#crds';
import { fileStore } from '#runtime';
import { openJournal } from '../../runtime/journal/journal.ts';
import { semanticsOf } from '../../runtime/semantics/semantics.ts';
import type { Confinement } from '../../runtime/tools/host/confinement.ts';
import { openWorkspace } from '../../runtime/workspace/open.ts';
import { callContext } from '../session/call-context.ts';
import { hosted, hostsFolder, hostsFor } from './tool-host-rig.ts';

const [, , language = '', confinement = '', folder = '', roots = ''] = process.argv;
const secrets = join(folder, 'secret');
const held = [openSync(secrets, 'r'), readFileSync(secrets), process.env['ORKET_CANARY']];
const journal = await openJournal({ store: fileStore({ dir: join(folder, 'session') }), clock: Date.now });
const said = { text: readFileSync(secrets, 'utf8') };
await journal.append(
  {
    type: 'step.started',
    path: 'ask#1~1',
    body: { kind: 'tool', name: 'hunt', input: await journal.record(said), inputDigest: digestOf(said) },
  },
  { sync: true },
);

const written = language === 'python' ? 'python' : 'module';
const tools = await Promise.all(['hunt', 'hang'].map((name) => hosted(written, name)));
const hosts = await hostsFor(tools, { confinement: JSON.parse(confinement) as Confinement });
const workspace = await openWorkspace({
  spaces: { workspace: folder, domain: null, references: {} },
  policy: { readScope: ['workspace'], writeScope: ['workspace'] },
  sizeLimitBytes: 1_000_000,
  limits: semanticsOf(1).fileLimits,
  domainTree: null,
  referenceTrees: {},
});
const call = (index: number, input: JsonValue): Promise<JsonValue> => {
  const tool = tools[index];
  if (tool === undefined) throw new Error('no such tool');
  return hosts.call(tool, input, callContext(workspace.forCall()));
};

const found = await call(0, { pid: process.pid, roots: parseJson(roots) });
process.stdout.write(`${JSON.stringify({ found, hostsFolder })}\n`);
await call(1, {});
// What is held is held to the end.
process.stdout.write(String(held.length));
