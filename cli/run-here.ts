import { manualSession, observedBundle, type SessionFolder } from '#controller';
import type { Shell } from './commands/verb.ts';
import type { gatesOf } from './flags.ts';
import { drive, type Ended } from './drive.ts';
import { Progress } from './output/progress.ts';
import { requestOf } from './request.ts';
import { originText, resolveHere, type ResolveOptions } from './resolve-here.ts';

export interface HereOptions extends Omit<ResolveOptions, 'session'> {
  readonly gates: ReturnType<typeof gatesOf>;
}

/** Runs one Flow of some manifests on this machine, in a process of its own, and gives its Session as it ended. */
export async function runHere(options: HereOptions, shell: Shell): Promise<Ended & { readonly folder: SessionFolder }> {
  const { terminal } = shell;
  const { flow, resources, checkout, session, folder, resolved, secrets } = await resolveHere(
    { ...options, session: (of, inputs) => manualSession(of, inputs, requestOf(shell)) },
    terminal,
  );
  const progress = new Progress(terminal);
  progress.note(`Session ${session.metadata.name} of Flow ${flow.metadata.name}, ${originText(checkout)}`);
  const ended = await drive(
    {
      session,
      resources,
      folder,
      stateDir: options.stateDir,
      template: flow.spec.sessionTemplate,
      bundle: observedBundle(resolved),
      secrets,
      ...options.gates,
      takeOver: null,
      progress,
    },
    shell,
  );
  return { ...ended, folder };
}
