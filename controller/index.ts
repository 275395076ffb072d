/** The controller: what the command line may use of it. */
export { ProcessExecutor, type ProcessOptions } from './executors/process.ts';
export { connect, type Cluster, type ClusterEvent, type ClusterOptions } from './kube/cluster.ts';
export type { Clock } from './kube/clock.ts';
export { isFinal } from './reconcile/history.ts';
export type { GateView, JournalView } from './reconcile/plan.ts';
export { forkSession, manualSession, retrySession, type Request } from './asked-session.ts';
export { observedBundle, runLocal, Wake, type LocalRun } from './run-local.ts';
export { anchorFolder } from './sources/anchor-folder.ts';
export { openCheckout, parsePinned, type Checkout, type Origin } from './sources/checkout.ts';
export { copyArtifacts } from './sources/local-artifacts.ts';
export { readResult, resultText } from './sources/local-result.ts';
export { LocalSource } from './sources/local.ts';
export { modelFolders, resolveLocalBundle, type LocalBundle } from './sources/local-bundle.ts';
export { readForks, recordFork, type RecordedFork } from './sources/local-forks.ts';
export { LocalJournal } from './sources/local-journal.ts';
export { readNamedSecrets, readSecrets } from './sources/local-secrets.ts';
export { standing } from './sources/standing.ts';
export { SessionFolder, sessionNames } from './sources/session-folder.ts';
