// A cluster by hand, one per checkout.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cgroupFolders } from './cgroups.ts';
import { joinCluster, startCluster, type Cluster } from './cluster.ts';
import { cgroupName, readFacts } from './facts.ts';
import { parseSize, type Size } from './size.ts';
import { checkout } from './tools.ts';

const usage = `usage: npm run cluster -- VERB
  up [--size api|controllers|node]  starts a cluster that stays and prints the path of its kubeconfig
  exec COMMAND [ARGUMENT...]        runs a command inside its namespaces, with kubectl on PATH
  down                              stops it
`;

/** Holds the folder of the cluster that `up` started. */
const stateFile = join(checkout, '.cache/cluster/dir');

const [verb, ...rest] = process.argv.slice(2);
try {
  process.exitCode = await run(verb, rest);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(name: string | undefined, args: readonly string[]): Promise<number> {
  switch (name) {
    case 'up':
      return up(sizeOption(args));
    case 'exec':
      return exec(args);
    case 'down':
      return down();
    default:
      process.stderr.write(usage);
      return 2;
  }
}

async function up(size: Size): Promise<number> {
  const running = findCluster();
  if (running && running.size !== size) {
    throw new Error(`a cluster of size ${running.size} is up: run \`npm run cluster -- down\` first`);
  }
  const cluster = running ?? (await startCluster({ size, stays: true }));
  mkdirSync(dirname(stateFile), { recursive: true });
  writeFileSync(stateFile, cluster.dir);
  process.stdout.write(`${cluster.kubeconfig}\n`);
  return 0;
}

async function exec([command, ...args]: readonly string[]): Promise<number> {
  const cluster = findCluster();
  if (!cluster) throw new Error('no cluster is up: run `npm run cluster -- up` first');
  if (!command) throw new Error('exec: expected a command, such as `kubectl get nodes`');
  return (await cluster.exec(command, args)).exitCode;
}

async function down(): Promise<number> {
  const cluster = findCluster();
  if (!cluster) {
    process.stderr.write('no cluster is up\n');
    return 0;
  }
  const removed = [...cgroupFolders(cgroupName(readFacts(cluster.dir).id)), cluster.dir];
  await cluster.stop();
  rmSync(stateFile, { force: true });
  process.stdout.write(
    `stopped a cluster of size ${cluster.size}; removed\n${removed.map((path) => `  ${path}\n`).join('')}`,
  );
  return 0;
}

function findCluster(): Cluster | undefined {
  if (!existsSync(stateFile)) return undefined;
  const dir = readFileSync(stateFile, 'utf8');
  return existsSync(dir) ? joinCluster(dir) : undefined;
}

function sizeOption(args: readonly string[]): Size {
  const [flag, value] = args[0]?.split('=').length === 2 ? args[0].split('=') : args;
  if (flag === undefined) return 'api';
  if (flag !== '--size' || value === undefined)
    throw new Error(`up: expected --size and a size, found "${args.join(' ')}"`);
  return parseSize(value);
}
