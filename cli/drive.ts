import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { OrketError, type Resource, type Session, type SessionTemplate } from '#crds';
import {
  anchorFolder,
  copyArtifacts,
  LocalJournal,
  LocalSource,
  ProcessExecutor,
  readResult,
  runLocal,
  Wake,
  type LocalRun,
  type SessionFolder,
} from '#controller';
import { folderInbox } from '#runtime';
import type { Shell } from './commands/verb.ts';
import { Asker } from './people/asker.ts';
import { say } from './people/send.ts';
import { followPolicies } from './people/live-policies.ts';
import { InOrder } from './output/in-order.ts';
import type { Progress } from './output/progress.ts';

/** Whether a terminal is asked about gates, or the Session is parked until somebody decides. */
export type Approvals = 'ask' | 'park';

export interface Driven {
  readonly session: Session;
  readonly resources: readonly Resource[];
  readonly folder: SessionFolder;
  readonly stateDir: string;
  readonly template: SessionTemplate;
  readonly bundle: LocalRun['bundle'];
  readonly secrets: ReadonlyMap<string, string>;
  readonly approvals: Approvals;
  /** How long a Session that only waits for people keeps its process; null for the default. */
  readonly parkAfterMs: number | null;
  /** The last attempt of a command that is gone, null for a new Session. */
  readonly takeOver: number | null;
  readonly progress: Progress;
  /** Decisions that wait in the inbox already: the gate by the ID of what was said. */
  readonly said?: ReadonlyMap<string, number>;
}

export interface Ended {
  readonly session: Session;
  /** The whole result as text, of which the status holds the beginning; null where there is none. */
  readonly result: string | null;
  /** How long this command was at it. */
  readonly tookMs: number;
}

/** Runs attempts of a Session on this machine, each a process of its own, until it has ended or is parked. */
export async function drive(driven: Driven, shell: Shell): Promise<Ended & Pick<Driven, 'folder'>> {
  const { session, folder, progress } = driven;
  const { terminal } = shell;
  const { name } = session.metadata;
  const startedMs = terminal.clock();
  const anchors = await writableAnchors(anchorFolder(terminal.environment));
  const wake = new Wake();
  // What earlier attempts did was told then.
  const told = driven.takeOver === null ? 0 : (session.status.journal?.seq ?? 0);
  const asker =
    driven.approvals === 'ask'
      ? new Asker({
          folder,
          session: name,
          shell,
          progress,
          said: driven.said ?? new Map(),
          settled: () => wake.ring(),
        })
      : null;
  const inOrder = new InOrder(progress);
  const journal = new LocalJournal(folder.path, (record) => {
    if (record.type === 'gate.decided') asker?.decided(record);
    if (record.seq > told) inOrder.record(record);
    if (record.type === 'input.received') asker?.heard(record);
  });
  const executor = new ProcessExecutor({
    stateDir: driven.stateDir,
    command: shell.sessionCommand,
    anchors,
    secrets: driven.secrets,
    parkAfterMs: driven.parkAfterMs,
    environment: sessionEnvironment(terminal.environment),
    onChange: () => wake.ring(),
    onRecord: (seq) => {
      inOrder.written(seq);
      wake.ring();
    },
    onTold: (told) => inOrder.tell(told),
    onLog: (text) => progress.note(text.trimEnd()),
  });
  const source = new LocalSource(driven.resources, session, folder, (_about, { reason, message }) => {
    if (reason === 'AttemptFailed') progress.note(message);
  });
  if (driven.takeOver === null) await source.createSession(session);
  else executor.takeOver(session, driven.takeOver);
  const policies = await followPolicies(folder, driven.bundle.launch.policies, (text) => progress.note(text));
  const interrupt = (): void => {
    asker?.close();
    executor.cancel(name);
    wake.ring();
  };
  // Without a process nobody takes the interrupt: then the next attempt ends the Session.
  let ending = false;
  const endParked = (): boolean => {
    if (!ending) say(folder, { kind: 'control', control: 'cancel', note: '' }, shell);
    ending = true;
    return true;
  };
  const inbox = folderInbox(folder.inbox);
  const watcher = inbox.watch(() => wake.ring());
  terminal.signal.addEventListener('abort', interrupt, { once: true });
  try {
    const ended = await runLocal({
      template: driven.template,
      source,
      executor,
      folder,
      bundle: driven.bundle,
      wake,
      journal: () => journal.view(),
      woken: async () => (await inbox.read()).length > 0,
      asked: (gates, parked) => (parked && terminal.signal.aborted ? endParked() : (asker?.sees(gates) ?? false)),
      clock: terminal.clock,
    });
    const hasBegun = ended.status.journal !== undefined;
    if (hasBegun) await copyArtifacts(folder.path);
    const result = hasBegun ? await readResult(folder.path) : null;
    return { session: ended, folder, result, tookMs: terminal.clock() - startedMs };
  } finally {
    terminal.signal.removeEventListener('abort', interrupt);
    watcher.close();
    policies.close();
    // Whatever went wrong here, no session process goes on behind the back of its command.
    asker?.close();
    executor.cancel(name);
    inOrder.end();
    await journal.close();
  }
}

/** Said once, before anything starts, and not by each attempt. */
async function writableAnchors(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return folder;
  } catch (cause) {
    throw new OrketError(
      'Usage',
      'the anchors of journals cannot be kept there',
      {
        at: folder,
        expected: 'a folder that this user may write, outside of every checkout',
        found: cause instanceof Error && 'code' in cause ? String(cause.code) : 'an unknown error',
        remedy: 'Choose another one with XDG_STATE_HOME.',
      },
      cause,
    );
  }
}

/** A session process sees nothing of the environment but where programs are and the optional local-model library. */
function sessionEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const { PATH, ORKET_LLAMA_MODULE } = environment;
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(ORKET_LLAMA_MODULE === undefined ? {} : { ORKET_LLAMA_MODULE }),
  };
}
