/** The runtime of one Session: what the layers above may use of it. */
export type { SessionDeps, SessionEnded, SessionEvent, SessionParked, SessionResult } from './session-deps.ts';
export type { Launch, PolicyPlace, SessionInput } from './launch.ts';
export { replay, type Replay } from './replay/replay.ts';
export { readBundleText, recordingOf, type Recording } from './replay/recording.ts';
export { historyOf, recordsOf } from './journal/source-records.ts';
export { folderSource, type JournalSource } from './journal/source.ts';
export type { Archive } from './archive/archive.ts';
export { openArchive } from './archive/read.ts';
export { verifyArchive } from './archive/verify.ts';
export { diffSessions, type PathChange, type SessionDiff } from './diff/diff.ts';
export type { FieldChange } from './diff/fields.ts';
export { beginFork, type ForkOptions } from './fork/begin.ts';
export type { SuppliedOutcome } from './fork/fork.ts';
export { isTaken } from './journal/fork-facts.ts';
export { exportFolder } from './archive/export.ts';
export type { Divergence } from './replay/divergence.ts';
export { splitAttempt, stablePath } from './call/path.ts';
export { readIfThere, replaceDurably, writeDurably } from './journal/durable-file.ts';
export type { Journal, JournalOptions } from './journal/journal.ts';
export {
  folderValues,
  JournalTail,
  readJournal,
  readValue,
  type ReadOptions,
  type ReadRecord,
} from './journal/read.ts';
export { verifyJournal, type AnchorSet, type Proof, type Verification, type VerifyOptions } from './journal/verify.ts';
export { lossIn, repairJournal, type Loss, type RepairOptions } from './journal/repair.ts';
export { fileStore, type FileStoreOptions } from './journal/file-store.ts';
export type { Anchor, AppendOptions, JournalStore, Opened } from './journal/store.ts';
export type {
  BlobRef,
  CallKind,
  Draft,
  ErrorBody,
  Identity,
  FileContent,
  JournalRecord,
  RecordBodies,
  RecordType,
  Recorded,
  Usage,
  WorkspaceChange,
} from './journal/record.ts';
export type { ModelProvider } from './models/provider.ts';
export { Accounting, type UsageRow } from './models/accounting.ts';
export { formatPicos } from './models/price.ts';
export type { ProviderDeps } from './models/create-provider.ts';
export { isInside } from './workspace/inside.ts';
export { systemCode } from './workspace/refusal.ts';
export { treeOf, type Tree } from './workspace/tree.ts';
export type { TreeEntry } from './workspace/tree-entry.ts';
export type { Workspace } from './workspace/workspace.ts';
export { folderInbox } from './inbox/folder-inbox.ts';
export { sendToInbox } from './inbox/send.ts';
export { systemPeople } from './inbox/people.ts';
export type { Adjust, Adjustment, Control, Decision, Entry, Inbox, Message } from './inbox/inbox.ts';
export { gateRefusal, whoMay } from './call/gate-refusal.ts';
export { agreeingIn, conclude, type Heard } from './call/gate-verdict.ts';
export { requesterOf } from './journal/story.ts';
export { editRefusal } from './inbox/edit-refusal.ts';
export { recalledMessage } from './inbox/recalled.ts';
export { readAdjust } from './conductor/read-change.ts';
export type { RecordedValues } from './journal/values.ts';
export { adjustRefusal } from './conductor/adjust-refusal.ts';
export type { Refusal } from './inbox/refusal.ts';
export { tokensBySteps, usualTokens } from './conductor/usual.ts';
export { differencesOf, type Difference } from './tools/host/definitions.ts';
export type { Offer, Offers, ToolCodeAt } from './tools/host/offers.ts';
export { withOffers } from './process/with-offers.ts';
export { findPython } from './tools/host/interpreter.ts';
export { readLaunch } from './process/launch.ts';
export { isLocked } from './journal/kernel-lock.ts';
export { currentSemantics, semanticsOf } from './semantics/semantics.ts';
// What the gateway needs to check and keep the journals of session processes elsewhere.
export { beginning, readLine, refusal as chainRefusal, type Place } from './journal/chain.ts';
export { inlineFileOps, pooledFileOps, type InlineFileOps } from './journal/file-ops.ts';
export { frame } from './journal/framing.ts';
export { maxBlobBytes, maxLineBytes } from './journal/record.ts';
export { isAppendRequest, pageBytes, type AppendRequest, type OpenAnswer } from './journal/remote-protocol.ts';
export { readAnchors } from './journal/anchors.ts';
