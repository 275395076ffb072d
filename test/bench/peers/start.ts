import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Scale, Stepper } from '../bench.ts';
import { installPeers, versionOf } from './install.ts';

/** A peer that cannot be measured here. */
export interface Absent {
  readonly name: string;
  readonly why: string;
}

interface Peer {
  readonly name: string;
  readonly package: string;
  readonly program: string;
}

const known: readonly Peer[] = [
  { name: 'LangGraph', package: '@langchain/langgraph', program: 'langgraph.mjs' },
  { name: 'Mastra', package: '@mastra/core', program: 'mastra.mjs' },
  { name: 'Restate', package: '@restatedev/restate-server', program: 'restate.mjs' },
  { name: 'DBOS', package: '@dbos-inc/dbos-sdk', program: 'dbos.mjs' },
];

const startMs = 60_000;
const runMs = 120_000;

/**
 * Starts every peer in a process of its own. One that cannot be had says why, and has no figures. None where it is only
 * seen whether the measuring works.
 */
export async function startPeers(
  folder: string,
  scale: Scale,
): Promise<{ readonly peers: readonly Stepper[]; readonly absent: readonly Absent[] }> {
  const absent: Absent[] = [];
  const peers: Stepper[] = [];
  if (scale.pick(1, 0) === 0) return { peers, absent };
  let installed: string;
  try {
    installed = await installPeers(scale.say);
  } catch (error) {
    return { peers, absent: known.map((peer) => ({ name: nameOf(peer), why: whyOf(error) })) };
  }
  for (const peer of known) {
    scale.say(`starting ${peer.name}`);
    try {
      peers.push(await startPeer(peer, installed, join(folder, peer.program)));
    } catch (error) {
      absent.push({ name: nameOf(peer), why: whyOf(error) });
    }
  }
  return { peers, absent };
}

function nameOf(peer: Peer): string {
  return `${peer.name} ${versionOf(peer.package)}`;
}

function whyOf(error: unknown): string {
  return `not available here, because ${error instanceof Error ? error.message : String(error)}`;
}

async function startPeer(peer: Peer, installed: string, folder: string): Promise<Stepper> {
  mkdirSync(folder);
  const child = spawn(process.execPath, [join(installed, peer.program), folder], { cwd: installed });
  const answers = answersOf(child);
  try {
    const { settings } = await answers.next(startMs);
    return {
      name: `${nameOf(peer)} (${String(settings)})`,
      run: async (steps) => {
        child.stdin.write(`${JSON.stringify({ steps })}\n`);
        const { ms } = await answers.next(runMs);
        if (typeof ms !== 'number') throw new Error(`${peer.name} gave no time`);
        return ms;
      },
      close: () => end(child),
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** Closes what it reads from, on which it ends what it started; then ends it. */
async function end(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('close', done));
  child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}

interface Answers {
  /** The next line that the program says to the bench. Throws an Error with what it said last, where it ends first. */
  next(withinMs: number): Promise<Readonly<Record<string, unknown>>>;
}

function answersOf(child: ChildProcessWithoutNullStreams): Answers {
  const mark = '@bench ';
  const waiting: string[] = [];
  let said = '';
  let wake: () => void = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith(mark)) waiting.push(line.slice(mark.length));
    wake();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1000);
  });
  child.on('error', (error) => {
    said = error.message;
    wake();
  });
  child.on('close', () => wake());
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    next: async (withinMs) => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        wake();
      }, withinMs);
      try {
        for (;;) {
          const line = waiting.shift();
          if (line !== undefined) return JSON.parse(line);
          if (late) throw new Error(`it said nothing for ${withinMs / 1000} s; last: ${said.trim().slice(-200)}`);
          if (isOver())
            throw new Error(`it ended with ${child.exitCode ?? child.signalCode}: ${said.trim().slice(-200)}`);
          await new Promise<void>((resume) => {
            wake = resume;
          });
        }
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
