import type {
  Band,
  BandStatus,
  Bundle,
  Digest,
  Flow,
  FlowStatus,
  Policy,
  Score,
  Session,
  SessionStatus,
  SessionTemplate,
  Toolset,
  ToolsetStatus,
  Venue,
} from '#crds';
import type { Launch } from '#runtime';

/** What a reconcile decides: actions in order, and when to look again without being told. */
export interface Plan {
  readonly actions: readonly Action[];
  readonly againAfterMs?: number;
}

/** Everything a reconcile may ask for. Each can be repeated: the second time changes nothing. */
export type Action =
  /** Makes a bundle durable, for Sessions of the namespace that it was resolved in, before one of them names its digest. */
  | { readonly type: 'putBundle'; readonly namespace: string; readonly digest: Digest; readonly bundle: Bundle }
  /** Named from the Flow and the cause, so that a repeat finds it there already. */
  | { readonly type: 'createSession'; readonly session: Session; readonly flow: Flow }
  /** Starts `SESSION-aN`: one process or pod for each attempt. A plan writes `status.attempt` before it. */
  | ({ readonly type: 'startAttempt' } & AttemptStart)
  | { readonly type: 'stopAttempt'; readonly session: Session; readonly attempt: number }
  | { readonly type: 'writeFlowStatus'; readonly flow: Flow; readonly status: FlowStatus }
  | { readonly type: 'writeDefinitionStatus'; readonly definition: Definition; readonly status: DefinitionStatus }
  | { readonly type: 'writeSessionStatus'; readonly session: Session; readonly status: SessionStatus }
  | { readonly type: 'event'; readonly about: ObjectKey; readonly event: EventText };

/** What Flows refer to: kinds that start nothing and are only right or wrong. */
export type Definition = Band | Venue | Score | Toolset | Policy;
export type DefinitionStatus = BandStatus | ToolsetStatus;

/** All that an executor needs to start an attempt. */
export interface AttemptStart {
  readonly session: Session;
  readonly attempt: number;
  readonly bundle: Digest;
  readonly launch: Launch;
  readonly template: SessionTemplate;
  /** Nothing of the attempt before can act any more, so that nobody has to wait for it. */
  readonly previousIsDead: boolean;
}

export interface ObjectKey {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** A Kubernetes Event, or a line of progress where there is no cluster. */
export interface EventText {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase and specific: `SessionCreated`, `AttemptFailed`. */
  readonly reason: string;
  readonly action: string;
  readonly message: string;
}

/** What the world shows of a Session beside the resource itself. */
export interface ObservedSession {
  readonly bundle: ObservedBundle;
  /** How the Flow wants its Sessions run, as it stands now. */
  readonly template: SessionTemplate;
  readonly attempt: AttemptState;
  /** What its journal says, null before the first record. */
  readonly journal: JournalView | null;
  /** Something is in its inbox: a Session that was parked goes on. */
  readonly woken?: boolean;
}

export type ObservedBundle =
  | {
      readonly state: 'resolved';
      readonly digest: Digest;
      readonly version: number;
      /** Null where it was put when the Session was made. */
      readonly bundle: Bundle | null;
      readonly launch: Launch;
      readonly steps: number;
    }
  | ({ readonly state: 'refused' } & Refusal);

/** Why something cannot run as it stands. */
export interface Refusal {
  /** CamelCase, of the catalogue of errors or of a problem in a manifest. */
  readonly reason: string;
  readonly message: string;
  /** True where an object that is still missing may cure it. */
  readonly mayArrive: boolean;
}

/** The highest attempt that the executor knows of. */
export type AttemptState =
  | { readonly state: 'none' }
  | { readonly state: 'starting'; readonly attempt: number; readonly runner: Runner; readonly waitsFor: string | null }
  | { readonly state: 'running'; readonly attempt: number; readonly runner: Runner }
  | { readonly state: 'ended'; readonly attempt: number; readonly runner: Runner; readonly exit: Exit };

/** Who runs an attempt: a pod, or a process of this machine. */
export interface Runner {
  readonly kind: 'pod' | 'process';
  readonly name: string;
  readonly uid: string;
  /** Null for a process. */
  readonly image: string | null;
}

/** How a runner ended. Never trusted for the outcome: that is `session.ended` in the journal. */
export interface Exit {
  readonly code: number | null;
  /** `OOMKilled`, `Evicted`, `Error`, a signal's name. */
  readonly reason: string;
  readonly message: string;
}

/** A journal as status shows it: bounded, with totals. */
export interface JournalView {
  readonly seq: number;
  readonly head: string;
  readonly startTime: string;
  readonly attempt: number;
  readonly semantics: number;
  /** The first 32. */
  readonly steps: readonly StepView[];
  readonly stepsDone: number;
  readonly usage: UsageView;
  /** The first 16. */
  readonly artifacts: readonly ArtifactView[];
  readonly artifactsTotal: number;
  /** Gates that wait for people: the first 16, in the order in which they were opened. */
  readonly gates: readonly GateView[];
  readonly gatesTotal: number;
  /** Gates that people approved: the last 16. */
  readonly approvals: readonly ApprovalView[];
  readonly approvalsTotal: number;
  /** Why the process went away in order, null while one runs or after one broke off. */
  readonly parked: 'approval' | 'paused' | null;
  /** While it is parked for people: when the first of its gates expires, so that it goes on without them. */
  readonly wakeAt: string | null;
  /** How many attempts ended by parking. */
  readonly parks: number;
  readonly ended: EndView | null;
}

export interface GateView {
  /** Of the record that opened it: the gate is called `g<seq>`. */
  readonly seq: number;
  /** What a decision is bound to. */
  readonly digest: Digest;
  /** What would be called, empty for a step that only asks. */
  readonly name: string;
  readonly message: string;
  readonly expiresAt: string | null;
}

export interface ApprovalView {
  readonly seq: number;
  readonly digest: Digest;
  readonly time: string;
}

export interface StepView {
  readonly id: string;
  readonly phase: 'Running' | 'Succeeded' | 'Failed' | 'Skipped';
  readonly startTime: string;
  readonly completionTime: string | null;
  readonly reason: string | null;
}

export interface UsageView {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly calls: number;
  /** The first 16. */
  readonly byRole: readonly RoleUsageView[];
}

export interface RoleUsageView {
  readonly role: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly calls: number;
}

export interface ArtifactView {
  readonly name: string;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly bytes: number;
  readonly origin: string;
}

export interface EndView {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly completionTime: string;
  readonly stateDigest: Digest;
  /** Canonical JSON, or the string itself where the result is one; cut at 2 KiB. */
  readonly result: string | null;
  /** Of a result that only an earlier record holds; `result` is null until it was looked up there. */
  readonly resultHeldAs: Digest | null;
  readonly reason: string | null;
  readonly message: string | null;
}
