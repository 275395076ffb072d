import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { createServer as createHttp2 } from 'node:http2';
import { dirname, join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import * as restate from '@restatedev/restate-sdk';
import { drive, resultOf } from './drive.mjs';

const bench = restate.service({
  name: 'bench',
  handlers: {
    run: async (context, steps) => {
      for (let index = 0; index < steps; index += 1) await context.run('step', () => resultOf(index));
      return steps;
    },
  },
});

function serverProgram() {
  const { resolve } = createRequire(import.meta.url);
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const program = join(dirname(resolve(`${name}/package.json`)), 'bin/restate-server');
  if (!existsSync(program)) throw new Error(`${name} has no program`);
  return program;
}

/** Ports that nobody uses now. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map((server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)))),
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

async function until(work, what) {
  for (let tries = 0; tries < 150; tries += 1) {
    const answer = await work().catch(() => null);
    if (answer?.ok === true) return answer;
    await later(200);
  }
  throw new Error(`${what} did not come about within 30 s`);
}

await drive(async (folder) => {
  const [ingress, admin, node, service] = await freePorts(4);
  const endpoint = createHttp2(restate.createEndpointHandler({ services: [bench] }));
  await new Promise((done) => endpoint.listen(service, '127.0.0.1', done));
  const server = spawn(serverProgram(), ['--base-dir', join(folder, 'restate'), '--node-name', 'bench'], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      DO_NOT_TRACK: '1',
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
      RESTATE_DISABLE_TELEMETRY: 'true',
    },
  });
  process.on('exit', () => server.kill('SIGKILL'));
  await until(() => fetch(`http://127.0.0.1:${admin}/health`), 'a healthy Restate server');
  const body = JSON.stringify({ uri: `http://127.0.0.1:${service}` });
  const headers = { 'content-type': 'application/json' };
  await until(() => fetch(`http://127.0.0.1:${admin}/deployments`, { method: 'POST', headers, body }), 'a deployment');
  const run = async (steps) => {
    const answer = await fetch(`http://127.0.0.1:${ingress}/bench/run`, { method: 'POST', headers, body: `${steps}` });
    if (!answer.ok || (await answer.json()) !== steps) throw new Error(`the invocation ended with ${answer.status}`);
  };
  return { settings: 'one server on loopback, as it comes', run, close: async () => server.kill('SIGKILL') };
});
