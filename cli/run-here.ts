import { manualSession, observedBundle } from '#controller';
import type { Shell } from './commands/verb.ts';
import { report } from './answer.ts';
import { drive } from './drive.ts';
import { gatesOf, type GateFlags } from './flags.ts';
import { Progress } from './output/progress.ts';
import type { ResultFormat } from './output/result.ts';
import { requestOf } from './request.ts';
import { originText, resolveHere, type ResolveOptions } from './resolve-here.ts';
import { stateDirOf } from './target.ts';

/** The flags of what runs manifests on this machine. */
export interface HereFlags extends GateFlags {
  readonly state?: string;
  readonly namespace?: string;
  readonly output: ResultFormat;
}

/** Runs one Flow of some manifests on this machine, in a process of its own, and tells what came of it. Gives the exit code. */
export async function runHere(
  chosen: Pick<ResolveOptions, 'what' | 'choose' | 'inputs'>,
  flags: HereFlags,
  shell: Shell,
): Promise<number> {
  const { terminal } = shell;
  const stateDir = stateDirOf(flags, terminal);
  const { flow, resources, checkout, session, folder, resolved, secrets } = await resolveHere(
    {
      ...chosen,
      namespace: flags.namespace ?? null,
      stateDir,
      session: (of, inputs) => manualSession(of, inputs, requestOf(shell)),
    },
    terminal,
  );
  const progress = new Progress(terminal);
  progress.note(`Session ${session.metadata.name} of Flow ${flow.metadata.name}, ${originText(checkout)}`);
  const ended = await drive(
    {
      session,
      resources,
      folder,
      stateDir,
      template: flow.spec.sessionTemplate,
      bundle: observedBundle(resolved),
      secrets,
      ...gatesOf(flags, terminal),
      takeOver: null,
      progress,
    },
    shell,
  );
  return report(ended, flags.output, flags.state, shell);
}
