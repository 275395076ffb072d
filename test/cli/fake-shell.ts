import type { Shell } from '../../cli/commands/verb.ts';
import type { Terminal } from '../../cli/terminal.ts';

export interface Said {
  readonly answers: string[];
  readonly errors: string[];
}

/** A shell for tests: what is printed is kept, nothing is started, time stands still. */
export function fakeShell(terminal: Partial<Terminal> = {}): { readonly shell: Shell; readonly said: Said } {
  const said: Said = { answers: [], errors: [] };
  const shell: Shell = {
    terminal: {
      answer: (line) => said.answers.push(line),
      say: (line) => said.errors.push(line),
      draw: () => {},
      interactive: false,
      columns: null,
      canAsk: false,
      ask: async () => null,
      cwd: '/nowhere',
      environment: { HOME: '/nowhere' },
      clock: () => 0,
      signal: new AbortController().signal,
      ...terminal,
    },
    plugin: false,
    sessionCommand: ['false'],
    clock: { now: () => 0, random: () => 0, schedule: () => () => {} },
    uuid: () => '00000000-0000-4000-8000-000000000000',
  };
  return { shell, said };
}
