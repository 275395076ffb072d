import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string;
}

/** A command that ended with anything but 0. */
export class CommandFailed extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(command: string, exitCode: number | null, signal: string | null, stderr: string) {
    super(`${command}: ${signal ? `killed by ${signal}` : `exit code ${exitCode}`}\n${lastLines(stderr, 20)}`);
    this.name = 'CommandFailed';
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Runs a command to its end and returns its standard output. Throws CommandFailed, or the error that kept it from starting. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { input = '', ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...spawnOptions, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => {}); // a command may end without reading its input; its exit code tells
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      if (exitCode === 0) resolve(stdout);
      else reject(new CommandFailed([command, ...args].join(' '), exitCode, signal, stderr || stdout));
    });
  });
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
