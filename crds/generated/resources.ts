// Made by scripts/generate.ts from crds/orket.dev_*.yaml. Do not edit.
import type { Digest } from '../canonical/digest.ts';
import type { JsonObject } from '../canonical/json.ts';

/** Who owns an object, as Kubernetes has it. */
export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
};

/** What every object has, as Kubernetes has it. */
export type ObjectMeta = {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly JsonObject[];
};

/** A Band is a set of roles, each with a prompt, the tools it may use and the roles it may call. */
export type Band = {
  readonly apiVersion: 'orket.dev/v1alpha1';
  readonly kind: 'Band';
  readonly metadata: ObjectMeta;
  /** The roles that work together. */
  readonly spec: BandSpec;
  /** What the controller has seen and done. Written by the controller alone. */
  readonly status: BandStatus;
};

/** A Flow says what to run. It refers to a Band (who), a Venue (which model) and a Score (which steps); each run of it is a Session. */
export type Flow = {
  readonly apiVersion: 'orket.dev/v1alpha1';
  readonly kind: 'Flow';
  readonly metadata: ObjectMeta;
  /** What to run, on which models, with which inputs, and when. */
  readonly spec: FlowSpec;
  /** What the controller has seen and done. Written by the controller alone. */
  readonly status: FlowStatus;
};

/** A Policy allows or denies calls of Sessions, or has people approve them. Every Policy whose selector takes a Flow applies, and the strictest rule wins. */
export type Policy = {
  readonly apiVersion: 'orket.dev/v1alpha1';
  readonly kind: 'Policy';
  readonly metadata: ObjectMeta;
  /** Which Flows it judges, and its rules. */
  readonly spec: PolicySpec;
  /** What the controller has seen and done. Written by the controller alone. */
  readonly status: PolicyStatus;
};

/** A Score is the ordered list of steps that a Flow executes. */
export type Score = {
  readonly apiVersion: 'orket.dev/v1alpha1';
  readonly kind: 'Score';
  readonly metadata: ObjectMeta;
  /** The steps of a run. */
  readonly spec: ScoreSpec;
  /** What the controller has seen and done. Written by the controller alone. */
  readonly status: ScoreStatus;
};

/** A Session is one run of a Flow, pinned to the digest of everything that shapes it. What happened is in its status. */
export type Session = {
  readonly apiVersion: 'orket.dev/v1alpha1';
  readonly kind: 'Session';
  readonly metadata: ObjectMeta;
  /** Which Flow to run, with which inputs. Cannot be changed. */
  readonly spec: SessionSpec;
  /** What the controller has seen and done. Written by the controller alone. */
  readonly status: SessionStatus;
};

/** A Toolset offers tools from one source. A Toolset named docs that lists read offers the tool docs.read. */
export type Toolset = {
  readonly apiVersion: 'orket.dev/v1alpha1';
  readonly kind: 'Toolset';
  readonly metadata: ObjectMeta;
  /** Where the tools come from, and which of them are offered. */
  readonly spec: ToolsetSpec;
  /** What the controller has seen and done. Written by the controller alone. */
  readonly status: ToolsetStatus;
};

/** A Venue is where models run, a server, a file in process or a script, with the parameters to call them. */
export type Venue = {
  readonly apiVersion: 'orket.dev/v1alpha1';
  readonly kind: 'Venue';
  readonly metadata: ObjectMeta;
  /** Which model back end answers, and how. */
  readonly spec: VenueSpec;
  /** What the controller has seen and done. Written by the controller alone. */
  readonly status: VenueStatus;
};

/** Sampling of this role; each value overrides the one of the Venue. */
export type ModelParams = {
  /** Randomness of the answers, from 0 (none) to 2. */
  readonly temperature?: number;
  /** Seed for back ends that sample reproducibly. */
  readonly seed?: number;
  /** Most tokens one answer may have. */
  readonly maxTokens?: number;
};

/** When a call of this role that failed is made again, from its first turn. Turns themselves are retried as the Venue says. */
export type Retry = {
  /** Attempts in all. Denials and values that do not meet a schema are never tried again. */
  readonly maxAttempts: number;
  /** Seconds before the second attempt, give or take a random part. */
  readonly initialSeconds: number;
  /** How many times longer each further pause is. */
  readonly factor: number;
  /** The longest pause in seconds. */
  readonly maxSeconds: number;
};

/** Bounds on one call of this role, with everything that it calls. */
export type RoleLimits = {
  /** Most calls of roles and tools; every attempt counts, and a Score by what its steps call. */
  readonly calls?: number;
  /** Most tokens in and out of all model turns. Every role that may be called then needs maxTokens, here or of the Venue. */
  readonly tokens?: number;
  /** Most that model turns may cost, in units of the Venue's pricing, for example '2.50'. Needs maxTokens as tokens does, and prices. */
  readonly cost?: string;
  /** Most seconds of active time; waiting in a queue, for a person or after a crash does not count. */
  readonly activeSeconds?: number;
};

/** An agent at work, with what it is told and what it may use. */
export type Role = {
  /** Name of the role, unique in the Band. */
  readonly name: string;
  /** What the role is good for, told to the roles that may call it. */
  readonly description?: string;
  /** What the model is told it is. Sent as the system message. */
  readonly prompt: string;
  /** Further rules, one a line, sent after the prompt in this order. */
  readonly instructions?: readonly string[];
  /** Model to use in place of the one its Venue names. */
  readonly model?: string;
  /** Sampling of this role; each value overrides the one of the Venue. */
  readonly params?: ModelParams;
  /** Tools the role may use, each TOOLSET.TOOL, for example files.read. */
  readonly tools?: readonly string[];
  /** Other roles of this Band that this role may call. */
  readonly callable?: readonly string[];
  /** JSON Schema 2020-12 of what the role takes. Without it any object. */
  readonly inputSchema?: JsonObject;
  /** JSON Schema 2020-12 the answer must meet. Without it the role returns a summary and a list of artifacts. */
  readonly outputSchema?: JsonObject;
  /** Most seconds of active time for one call of this role. */
  readonly timeoutSeconds?: number;
  /** When a call of this role that failed is made again, from its first turn. Turns themselves are retried as the Venue says. */
  readonly retry?: Retry;
  /** Words by which callers and rules of a Policy find the role. */
  readonly tags?: readonly string[];
  /** Bounds on one call of this role, with everything that it calls. */
  readonly limits?: RoleLimits;
};

/** The roles that work together. */
export type BandSpec = {
  /** Roles by name. A step of a Score, or another role, calls a role by its name. */
  readonly roles: readonly Role[];
};

/** Whether it holds. */
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** One thing that is true, false or not yet known about this Band. */
export type Condition = {
  /** Name of the condition in CamelCase. */
  readonly type: string;
  /** Whether it holds. */
  readonly status: ConditionStatus;
  /** One CamelCase word for programs, stable between releases. */
  readonly reason: string;
  /** A sentence for people that says what to do. */
  readonly message: string;
  /** Generation of the Band this was computed from. */
  readonly observedGeneration?: number;
  /** When the status of the condition last changed. */
  readonly lastTransitionTime: string;
};

/** What the controller has seen and done. Written by the controller alone. */
export type BandStatus = {
  /** Generation of spec that the controller has acted on; -1 until it has looked once. */
  readonly observedGeneration: number;
  /** Ready says whether Flows can use this Band. */
  readonly conditions?: readonly Condition[];
};

/** The Band whose roles take part, in the same namespace. */
export type Reference = {
  /** Name of the Band. */
  readonly name: string;
};

/** A new Session each time the digest of everything that shapes a run has changed. */
export type FlowOnChange = {
  /** How long the digest must be stable and everything Ready, so that files applied one by one count as one change. */
  readonly settleSeconds: number;
  /** Whether the first digest seen counts as a change. */
  readonly runOnCreate: boolean;
};

/** What starts Sessions without being asked. An empty object means none, so that Sessions start only when somebody creates them. */
export type FlowTrigger = {
  /** A new Session each time the digest of everything that shapes a run has changed. */
  readonly onChange?: FlowOnChange;
};

/** Labels and annotations for each Session and its pods. */
export type TemplateMetadata = {
  /** Labels to add. Keys under orket.dev/ belong to the controller. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations to add. Keys under orket.dev/ belong to the controller. */
  readonly annotations?: Readonly<Record<string, string>>;
};

/** What the scheduler sets aside. */
export type ResourceAmounts = {
  /** Processors, for example 500m or 2. */
  readonly cpu?: number | string;
  /** Bytes of memory, for example 256Mi. */
  readonly memory?: number | string;
};

/** CPU and memory of a session pod. Without a cluster it has no effect. */
export type FlowResources = {
  /** What the scheduler sets aside. */
  readonly requests?: ResourceAmounts;
  /** What the pod may not exceed; over its memory it is killed and the next attempt starts. */
  readonly limits?: ResourceAmounts;
};

/** How Sessions of this Flow are run. Never changes the digest. */
export type SessionTemplate = {
  /** Labels and annotations for each Session and its pods. */
  readonly metadata?: TemplateMetadata;
  /** How many times a Session is started before it fails; each attempt goes on from the journal of the one before. */
  readonly maxAttempts: number;
  /** CPU and memory of a session pod. Without a cluster it has no effect. */
  readonly resources?: FlowResources;
};

/** The broad area the work is about, usually the project's root; read-only. */
export type WorkDomain = {
  /** Folder relative to the root of the work tree that holds the manifests, '.' for the root itself. */
  readonly path: string;
};

/** One reference space. */
export type ReferenceSpace = {
  /** Name by which tools address it. */
  readonly name: string;
  /** Folder relative to the root of the work tree that holds the manifests. */
  readonly path: string;
};

/** A kind of space. */
export type ReadSpace = 'workspace' | 'reference' | 'domain';

/** A kind of space. */
export type WriteSpace = 'workspace';

/** Which spaces file tools may touch. */
export type WorkspacePolicy = {
  /** Spaces that may be read. */
  readonly readScope: readonly ReadSpace[];
  /** Spaces that may be written. An empty list makes the Session read-only. */
  readonly writeScope: readonly WriteSpace[];
};

/** How much a Session may keep in its workspace. */
export type WorkspaceStorage = {
  /** Most bytes in the workspace, for example 1Gi; a write beyond it fails with StorageExceeded. */
  readonly sizeLimit: number | string;
};

/** The files a Session may see and write. */
export type FlowWorkspace = {
  /** The broad area the work is about, usually the project's root; read-only. */
  readonly domain?: WorkDomain;
  /** Folders given as read-only inputs beside the domain. */
  readonly references?: readonly ReferenceSpace[];
  /** Which spaces file tools may touch. */
  readonly policy: WorkspacePolicy;
  /** How much a Session may keep in its workspace. */
  readonly storage: WorkspaceStorage;
};

/** Bounds that no call of a Session gets past. */
export type FlowLimits = {
  /** How deep calls may nest. A step is depth 1, what its role calls depth 2. */
  readonly depth: number;
  /** Most calls of roles and tools; every attempt counts, and a Score by what its steps call. */
  readonly calls?: number;
  /** Most tokens in and out of all model turns. Every role then needs params.maxTokens, its own or the Venue's. */
  readonly tokens?: number;
  /** Most that model turns may cost, in units of the Venue's pricing, for example '2.50'. Needs prices, and params.maxTokens as tokens does. */
  readonly cost?: string;
  /** Most seconds of active time; waiting in a queue, for a person or after a crash does not count. */
  readonly activeSeconds?: number;
};

/** suggest has rules and heuristics propose, for people to apply; auto applies what they say. */
export type FlowMode = 'suggest' | 'auto';

/** Whether it looks before an iteration of a step or after an attempt at one has ended. */
export type ConductorPhase = 'before' | 'after';

/** What happens. */
export type FlowOp = 'skip' | 'patch' | 'enable' | 'disable' | 'pause' | 'retry' | 'abort' | 'suggest';

/** What a step or role is given instead. task and input are of a step, the others of a role. */
export type AdjustmentPatch = {
  /** Task of the step, with expressions in ${{ }}. */
  readonly task?: string;
  /** Members of the step's input to set, with expressions in ${{ }}. No null. */
  readonly input?: JsonObject;
  /** Prompt of the role, in place of its own. */
  readonly prompt?: string;
  /** Instructions of the role, added to its own. */
  readonly instructions?: readonly string[];
  /** Model of the role. */
  readonly model?: string;
  /** Sampling of the role, each value set by itself. */
  readonly params?: ModelParams;
};

/** What is done. What names no step, role or tool is about the step at hand. */
export type Adjustment = {
  /** What happens. */
  readonly op: FlowOp;
  /** The step that it is about, by its id, or one execution of it by its path, fan#1/[2]/check#1. */
  readonly step?: string;
  /** Name of the role that it is about. */
  readonly role?: string;
  /** Name of the tool that it is about, TOOLSET.TOOL. */
  readonly tool?: string;
  /** What a step or role is given instead. task and input are of a step, the others of a role. */
  readonly patch?: AdjustmentPatch;
  /** Why, for people who read the journal. */
  readonly reason?: string;
};

/** When something is true at a step, one adjustment. */
export type ConductorRule = {
  /** Name of the rule, by which its adjustments are known. */
  readonly name: string;
  /** Whether it looks before an iteration of a step or after an attempt at one has ended. */
  readonly phase: ConductorPhase;
  /** CEL that says whether the rule applies, over what the step sees, step, usage, and after it also attempt, status, output, error, used and signals. */
  readonly when: string;
  /** What is done. What names no step, role or tool is about the step at hand. */
  readonly adjust: Adjustment;
};

/** Signals of drift, each with the number from which on a person should have a look. Without a number it is off. */
export type Heuristics = {
  /** Answers in a row that could not be used. With the third the call fails. */
  readonly schemaFailures?: number;
  /** Calls with the same name and input within one conversation. */
  readonly identicalCalls?: number;
  /** Executions of a step in a row that change neither its output nor files. */
  readonly stagnation?: number;
  /** Tokens of a step as a multiple of the median in earlier Sessions of the Flow. */
  readonly tokenFactor?: number;
};

/** What governs between steps. It changes what happens next and never calls a model. */
export type FlowConductor = {
  /** suggest has rules and heuristics propose, for people to apply; auto applies what they say. */
  readonly mode: FlowMode;
  /** Rules, judged in this order before or after every step. */
  readonly rules?: readonly ConductorRule[];
  /** Signals of drift, each with the number from which on a person should have a look. Without a number it is off. */
  readonly heuristics: Heuristics;
};

/** What to run, on which models, with which inputs, and when. */
export type FlowSpec = {
  /** The Band whose roles take part, in the same namespace. */
  readonly bandRef: Reference;
  /** The Venue whose model answers, in the same namespace. */
  readonly venueRef: Reference;
  /** The Score whose steps are executed, in the same namespace. */
  readonly scoreRef: Reference;
  /** Toolsets whose tools the roles and steps may name, as TOOLSET.TOOL. The built-in files.* need no entry. */
  readonly toolsetRefs?: readonly Reference[];
  /** JSON Schema 2020-12 of the merged inputs. Without it any inputs are taken. */
  readonly inputSchema?: JsonObject;
  /** Values that every Session of this Flow gets. A Session overlays them key by key. No null; leave the key out instead. */
  readonly inputs?: JsonObject;
  /** What starts Sessions without being asked. An empty object means none, so that Sessions start only when somebody creates them. */
  readonly trigger: FlowTrigger;
  /** While true no trigger starts a Session. Sessions already running go on. */
  readonly suspend: boolean;
  /** How Sessions of this Flow are run. Never changes the digest. */
  readonly sessionTemplate: SessionTemplate;
  /** The files a Session may see and write. */
  readonly workspace: FlowWorkspace;
  /** Bounds that no call of a Session gets past. */
  readonly limits: FlowLimits;
  /** What governs between steps. It changes what happens next and never calls a model. */
  readonly conductor: FlowConductor;
};

/** Where that Session is. */
export type SessionPhase = 'Queued' | 'Starting' | 'Running' | 'AwaitingApproval' | 'Paused' | 'Succeeded' | 'Failed' | 'Cancelled';

/** The Session started last. */
export type FlowLastSession = {
  /** Its name. */
  readonly name: string;
  /** Where that Session is. */
  readonly phase?: SessionPhase;
  /** Digest of the bundle it runs. */
  readonly digest?: Digest;
  /** When it ended. */
  readonly completionTime?: string;
};

/** How many Sessions of this Flow exist, by how they stand. */
export type FlowCounts = {
  /** Not yet ended. */
  readonly active?: number;
  /** Ended well. */
  readonly succeeded?: number;
  /** Failed or were cancelled. */
  readonly failed?: number;
};

/** How one Session ended. */
export type FlowOutcome = {
  /** Digest of the bundle it ran. */
  readonly digest: Digest;
  /** Name of the Session. */
  readonly session: string;
  /** Where that Session is. */
  readonly phase: SessionPhase;
  /** When it ended. */
  readonly completionTime?: string;
};

/** What the controller has seen and done. Written by the controller alone. */
export type FlowStatus = {
  /** Generation of spec that the controller has acted on; -1 until it has looked once. */
  readonly observedGeneration: number;
  /** Ready says whether a Session could start now; Reconciling and Stalled say why not. */
  readonly conditions?: readonly Condition[];
  /** Digest of everything that shapes a run with the Flow's own inputs. */
  readonly digest?: Digest;
  /** The Session started last. */
  readonly lastSession?: FlowLastSession;
  /** How many Sessions of this Flow exist, by how they stand. */
  readonly counts?: FlowCounts;
  /** The last five outcomes, newest first. */
  readonly outcomes?: readonly FlowOutcome[];
};

/** How the label is compared with values. */
export type LabelOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

/** One requirement on one label. */
export type LabelRequirement = {
  /** Key of the label. */
  readonly key: string;
  /** How the label is compared with values. */
  readonly operator: LabelOperator;
  /** Values for In and NotIn. */
  readonly values?: readonly string[];
};

/** Flows of the namespace that this Policy applies to, by their labels. Without it, or empty, all of them. */
export type PolicyFlowSelector = {
  /** Labels a Flow must have with these values. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** Further requirements; all must hold. */
  readonly matchExpressions?: readonly LabelRequirement[];
};

/** allow lets the call happen unless another rule is stricter; approve has people decide; deny never lets it happen. */
export type PolicyAction = 'allow' | 'deny' | 'approve';

/** The least that must be known of who decides, from nothing to a name that the API server has checked. Default os-uid where users or groups are named, the requester is left out or several people have to approve, else none. Only none and os-uid can be verified yet. */
export type IdentityLevel = 'none' | 'os-uid' | 'token' | 'forge' | 'signature' | 'apiserver';

/** Who may approve. Without users and groups everybody who can be told apart as minIdentity asks. */
export type Approvers = {
  /** Names of people. */
  readonly users?: readonly string[];
  /** Groups whose members may approve. */
  readonly groups?: readonly string[];
  /** Whether whoever asked for the Session may not approve. */
  readonly notRequester: boolean;
  /** Different people who have to approve. */
  readonly quorum: number;
  /** The least that must be known of who decides, from nothing to a name that the API server has checked. Default os-uid where users or groups are named, the requester is left out or several people have to approve, else none. Only none and os-uid can be verified yet. */
  readonly minIdentity?: IdentityLevel;
};

/** What it means that nobody decided in time. abort ends the Session. Default deny. */
export type OnExpiry = 'deny' | 'allow' | 'abort';

/** What to do with the calls that match. */
export type PolicyRule = {
  /** Name of the rule, shown where it decided. */
  readonly name?: string;
  /** CEL that says whether the rule applies, over call{name, kind, role, risk, input, depth, step, tags}, usage{calls, tokens, cost} and session{name, flow, requester}. */
  readonly match: string;
  /** allow lets the call happen unless another rule is stricter; approve has people decide; deny never lets it happen. */
  readonly action: PolicyAction;
  /** Who may approve. Without users and groups everybody who can be told apart as minIdentity asks. */
  readonly approvers?: Approvers;
  /** How long to wait for people. Without it for ever. */
  readonly expiresAfterSeconds?: number;
  /** What it means that nobody decided in time. abort ends the Session. Default deny. */
  readonly onExpiry?: OnExpiry;
};

/** Which Flows it judges, and its rules. */
export type PolicySpec = {
  /** Flows of the namespace that this Policy applies to, by their labels. Without it, or empty, all of them. */
  readonly flowSelector?: PolicyFlowSelector;
  /** Rules. Every one that matches a call counts, and the strictest action wins. */
  readonly rules: readonly PolicyRule[];
};

/** What the controller has seen and done. Written by the controller alone. */
export type PolicyStatus = {
  /** Generation of spec that the controller has acted on; -1 until it has looked once. */
  readonly observedGeneration: number;
  /** Ready says whether the rules are enforced. */
  readonly conditions?: readonly Condition[];
};

/** Waits until people have approved. The output is {approved, by, note}. */
export type StepApproval = {
  /** What people are asked. Expressions stand in ${{ }}. */
  readonly message: string;
  /** Who may approve. Without users and groups everybody who can be told apart as minIdentity asks. */
  readonly approvers?: Approvers;
  /** How long to wait for people. Without it for ever. */
  readonly expiresAfterSeconds?: number;
  /** What it means that nobody decided in time. abort ends the Session. */
  readonly onExpiry: OnExpiry;
};

/** One branch. */
export type StepBranch = {
  /** Name of the branch. Later steps read steps.ID.branches.NAME.output. */
  readonly name: string;
  /** Block of this Score to execute. */
  readonly block: string;
};

/** Executes blocks side by side. The output is {branches}, with {output, status} by the name of each branch. */
export type StepParallel = {
  /** What is executed side by side. The step ends when every branch has. */
  readonly branches: readonly StepBranch[];
  /** Whether the first branch that fails cancels the others. Otherwise all end before the step fails. */
  readonly failFast: boolean;
};

/** Executes a block for each item of a list. The output is the list of what each came to, in the order of the items. */
export type StepForEach = {
  /** CEL that gives the list. The steps of the block see item and index. */
  readonly items: string;
  /** Block of this Score to execute. */
  readonly block: string;
  /** How many items are worked on at a time. */
  readonly concurrency: number;
  /** A list with more items fails the step. */
  readonly maxItems: number;
  /** Whether the first item that fails cancels the others. Otherwise all end before the step fails. */
  readonly failFast: boolean;
};

/** Executes the step again until a condition holds. */
export type StepUntil = {
  /** CEL over what the step sees, with output, iteration (from 1) and previous (the output of the iteration before). */
  readonly condition: string;
  /** The step fails where the condition does not hold after that many. */
  readonly maxIterations: number;
};

/** Keeps the output, or a file of the workspace, as an artifact of the Session. */
export type StepArtifact = {
  /** Name of the artifact, unique in the Score. */
  readonly name: string;
  /** What it is, for example text/markdown. */
  readonly mediaType: string;
  /** File of the workspace to keep. Without it the output of the step is kept. */
  readonly path?: string;
};

/** One thing to do. */
export type Step = {
  /** Name of the step. Later steps read its output as steps.ID.output; write steps['ID'] where it has a dash. */
  readonly id: string;
  /** Role of the Band to call. */
  readonly role?: string;
  /** Tool to call, as TOOLSET.TOOL, for example files.read. */
  readonly tool?: string;
  /** Another Score to execute, in the same namespace. It gets input as its inputs, and its result is the output of the step. */
  readonly score?: Reference;
  /** Waits until people have approved. The output is {approved, by, note}. */
  readonly approval?: StepApproval;
  /** Executes blocks side by side. The output is {branches}, with {output, status} by the name of each branch. */
  readonly parallel?: StepParallel;
  /** Executes a block for each item of a list. The output is the list of what each came to, in the order of the items. */
  readonly forEach?: StepForEach;
  /** What the role is asked to do. Expressions stand in ${{ }}. */
  readonly task?: string;
  /** What the role, tool or Score is given. Expressions stand in ${{ }}; a lone one keeps its type. */
  readonly input?: JsonObject;
  /** CEL that says whether the step is executed at all. A step that is skipped has no output. */
  readonly when?: string;
  /** Executes the step again until a condition holds. */
  readonly until?: StepUntil;
  /** When a step that failed is tried again, unless its role or tool says so itself. */
  readonly retry?: Retry;
  /** Most seconds of active time for one attempt at this step. */
  readonly timeoutSeconds?: number;
  /** JSON Schema 2020-12 that this step's output must meet, beside that of the role or tool. */
  readonly outputSchema?: JsonObject;
  /** Keeps the output, or a file of the workspace, as an artifact of the Session. */
  readonly artifact?: StepArtifact;
};

/** One list of steps. */
export type Block = {
  /** Name of the block, unique in the Score. */
  readonly name: string;
  /** Steps of the block, executed in this order. They are written as in spec.steps, see the steps before the one that executes the block, and end with it. */
  readonly steps: readonly Step[];
};

/** The steps of a run. */
export type ScoreSpec = {
  /** Steps, executed in this order. */
  readonly steps: readonly Step[];
  /** Lists of steps that parallel and forEach execute, each by its name. */
  readonly blocks?: readonly Block[];
};

/** What the controller has seen and done. Written by the controller alone. */
export type ScoreStatus = {
  /** Generation of spec that the controller has acted on; -1 until it has looked once. */
  readonly observedGeneration: number;
  /** Ready says whether Flows can use this Score. */
  readonly conditions?: readonly Condition[];
};

/** The Session that this one goes back to. With at it is a fork, which takes over what came before that path; without, it runs the same again from the beginning. */
export type SessionFrom = {
  /** Name of that Session. */
  readonly session: string;
  /** UID of that Session. */
  readonly uid: string;
  /** Stable path before which its history was taken over. */
  readonly at?: string;
};

/** OnChange when the controller made it because a digest changed, Manual when somebody asked. */
export type SessionCauseType = 'OnChange' | 'Manual';

/** Why this Session exists. */
export type SessionCause = {
  /** OnChange when the controller made it because a digest changed, Manual when somebody asked. */
  readonly type: SessionCauseType;
  /** Digest of the bundle to run. */
  readonly digest?: Digest;
  /** Generation of the Flow that was seen. */
  readonly generation?: number;
  /** Token of the request, so that asking twice makes one Session. */
  readonly token?: string;
};

/** Which Flow to run, with which inputs. Cannot be changed. */
export type SessionSpec = {
  /** The Flow to run, in the same namespace. */
  readonly flowRef: Reference;
  /** Values laid over the inputs of the Flow, key by key at the top level. No null; leave the key out instead. */
  readonly inputs?: JsonObject;
  /** The Session that this one goes back to. With at it is a fork, which takes over what came before that path; without, it runs the same again from the beginning. */
  readonly from?: SessionFrom;
  /** Why this Session exists. */
  readonly cause: SessionCause;
};

/** Everything that shaped the run, in one resolved document. */
export type SessionBundle = {
  /** Digest of the bundle. */
  readonly digest: Digest;
  /** Version of the form of the bundle. */
  readonly version: number;
};

/** What runs it, kept for its whole life. */
export type SessionRuntime = {
  /** Version of the rules that shape requests, paths and verdicts. */
  readonly semantics?: number;
  /** Image of the session pods. */
  readonly image?: string;
};

/** Pod of the current attempt. */
export type PodReference = {
  /** Name of the pod. */
  readonly name: string;
  /** UID of the pod. */
  readonly uid?: string;
};

/** How far it got. */
export type SessionProgress = {
  /** Id of the current step. */
  readonly step?: string;
  /** Steps that ended. */
  readonly done?: number;
  /** Steps of the Score. */
  readonly total?: number;
};

/** The newest record known to be durable. */
export type SessionJournal = {
  /** Hash of that record. */
  readonly head: string;
  /** Its number. */
  readonly seq: number;
};

/** Where the step is. */
export type StepPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Skipped';

/** One step. */
export type SessionStep = {
  /** Id of the step. */
  readonly id: string;
  /** Where the step is. */
  readonly phase: StepPhase;
  /** When it began. */
  readonly startTime?: string;
  /** When it ended. */
  readonly completionTime?: string;
  /** Why it failed or was skipped, in one CamelCase word. */
  readonly reason?: string;
};

/** One role. */
export type RoleUsage = {
  /** Name of the role. */
  readonly role: string;
  /** Tokens read. */
  readonly inputTokens?: number;
  /** Tokens written. */
  readonly outputTokens?: number;
  /** Model calls. */
  readonly calls?: number;
};

/** What its model calls used. */
export type SessionUsage = {
  /** Tokens read. */
  readonly inputTokens?: number;
  /** Tokens written. */
  readonly outputTokens?: number;
  /** Model calls. */
  readonly calls?: number;
  /** The same for each of the first 16 roles. */
  readonly byRole?: readonly RoleUsage[];
};

/** One artifact. */
export type SessionArtifact = {
  /** Its name. */
  readonly name: string;
  /** What it is. */
  readonly mediaType: string;
  /** Digest of its bytes. */
  readonly digest: Digest;
  /** Its size. */
  readonly bytes: number;
  /** What it was made of - "output" of its step, a file as "workspace:a/b", or "call" for what a tool gave. */
  readonly origin?: string;
};

/** One gate. */
export type SessionPendingApproval = {
  /** Name of the gate, g and the number of its record. */
  readonly name: string;
  /** What a decision is bound to. */
  readonly digest: Digest;
  /** What would be called; absent where nothing is. */
  readonly call?: string;
  /** When it is too late to decide; absent for never. */
  readonly expiresTime?: string;
};

/** A gate that people approved. Who they are is in the journal. */
export type SessionApproval = {
  /** Name of the gate. */
  readonly name: string;
  /** What the decision was bound to. */
  readonly digest: Digest;
  /** When it was approved. */
  readonly time: string;
};

/** One fork. */
export type SessionFork = {
  /** Name of the fork. */
  readonly session: string;
  /** UID of the fork. */
  readonly uid: string;
  /** Stable path before which it took over the history of this Session. */
  readonly at: string;
};

/** What the controller has seen and done. Written by the controller alone. */
export type SessionStatus = {
  /** Generation of spec that the controller has acted on; -1 until it has looked once. */
  readonly observedGeneration: number;
  /** Where the Session is. Succeeded, Failed and Cancelled are final. */
  readonly phase?: SessionPhase;
  /** A sentence about the phase. */
  readonly message?: string;
  /** Succeeded is True or False once the Session has ended, Unknown before. Reconciling while it goes on, Stalled when it failed or was cancelled. */
  readonly conditions?: readonly Condition[];
  /** When it began to wait for its turn. */
  readonly queuedTime?: string;
  /** When its first attempt began. */
  readonly startTime?: string;
  /** When it ended, in whatever way. What kubectl wait can wait for. */
  readonly completionTime?: string;
  /** Everything that shaped the run, in one resolved document. */
  readonly bundle?: SessionBundle;
  /** Digest of what happened. A replay, on any machine, ends with the same. */
  readonly stateDigest?: Digest;
  /** What runs it, kept for its whole life. */
  readonly runtime?: SessionRuntime;
  /** Number of the current attempt, from 1. */
  readonly attempt?: number;
  /** Pod of the current attempt. */
  readonly podRef?: PodReference;
  /** How far it got. */
  readonly progress?: SessionProgress;
  /** The newest record known to be durable. */
  readonly journal?: SessionJournal;
  /** The first 32 steps, in order. */
  readonly steps?: readonly SessionStep[];
  /** How many steps there are. */
  readonly stepsTotal?: number;
  /** What its model calls used. */
  readonly usage?: SessionUsage;
  /** The result of the last step as text, or as canonical JSON when it is not text; cut at 2 KiB. */
  readonly result?: string;
  /** The first 16 artifacts, by name. */
  readonly artifacts?: readonly SessionArtifact[];
  /** How many artifacts there are. */
  readonly artifactsTotal?: number;
  /** The first 16 gates that wait for people, in the order in which they were opened; fewer where the status would take over 16 KiB. */
  readonly pendingApprovals?: readonly SessionPendingApproval[];
  /** How many gates wait. */
  readonly pendingApprovalsTotal?: number;
  /** The last 16 approvals, in the order in which they were given; fewer where the status would take over 16 KiB. */
  readonly approvals?: readonly SessionApproval[];
  /** How many approvals there were. */
  readonly approvalsTotal?: number;
  /** The first 16 Sessions that were forked from this one, by name. */
  readonly forks?: readonly SessionFork[];
  /** How many forks there are. */
  readonly forksTotal?: number;
};

/** Kind of source. builtin are the file and state tools of the runtime, module is JavaScript or TypeScript, python a Python file. */
export type ToolsetSource = 'builtin' | 'module' | 'python';

/** How much harm a call can do. It may raise the risk a built-in tool has by itself, never lower it; of another tool it is destructive where nothing is said. */
export type Risk = 'read' | 'write' | 'network' | 'destructive';

/** none asks a person, safe calls again, keyed calls again with the same key, probe asks the probe tool. Without it safe for risk read, else none. */
export type ToolsetMode = 'none' | 'safe' | 'keyed' | 'probe';

/** What may be done when a call ends without a definite answer. */
export type ToolIdempotency = {
  /** none asks a person, safe calls again, keyed calls again with the same key, probe asks the probe tool. Without it safe for risk read, else none. */
  readonly mode: ToolsetMode;
  /** Tool that gets {key, input} and answers {happened, output}, as TOOLSET.TOOL. */
  readonly probe?: string;
};

/** One tool. */
export type ToolDeclaration = {
  /** Name of the tool within its source. */
  readonly name: string;
  /** What the tool is for, told to models. Of a built-in tool in place of its own description. */
  readonly description?: string;
  /** JSON Schema 2020-12 of what the tool takes. */
  readonly inputSchema?: JsonObject;
  /** JSON Schema 2020-12 of what the tool returns. Without it anything. */
  readonly outputSchema?: JsonObject;
  /** How much harm a call can do. It may raise the risk a built-in tool has by itself, never lower it; of another tool it is destructive where nothing is said. */
  readonly risk?: Risk;
  /** What may be done when a call ends without a definite answer. */
  readonly idempotency?: ToolIdempotency;
  /** Whether it may call other tools and roles. It has no effect of its own then, and is run again from its start after a crash. */
  readonly reentrant?: boolean;
  /** Most seconds one call may take. */
  readonly timeoutSeconds?: number;
  /** When a call that failed is tried again. */
  readonly retry?: Retry;
  /** Words by which callers find the tool. */
  readonly tags?: readonly string[];
  /** Digest of the definition that was accepted, as status.tools shows it. A definition that differs makes the Toolset not Ready. */
  readonly digest?: Digest;
};

/** Where the tools come from, and which of them are offered. */
export type ToolsetSpec = {
  /** Kind of source. builtin are the file and state tools of the runtime, module is JavaScript or TypeScript, python a Python file. */
  readonly source: ToolsetSource;
  /** The file that defines the tools, relative to the root of the work tree that holds the manifests; everything in its folder is pinned. With entry it is the folder. */
  readonly path?: string;
  /** The file that defines the tools, relative to path, where more than the folder of that file belongs to the code. */
  readonly entry?: string;
  /** Tools offered, each called TOOLSET.TOOL after the name of this Toolset. */
  readonly tools: readonly ToolDeclaration[];
};

/** One tool. */
export type DiscoveredTool = {
  /** Name of the tool within its source. */
  readonly name: string;
  /** Digest of what is declared of it. */
  readonly digest: Digest;
};

/** What the controller has seen and done. Written by the controller alone. */
export type ToolsetStatus = {
  /** Generation of spec that the controller has acted on; -1 until it has looked once. */
  readonly observedGeneration: number;
  /** Ready says whether the tools can be used. */
  readonly conditions?: readonly Condition[];
  /** Tools found at the source, each with the digest that approvals are bound to. */
  readonly tools?: readonly DiscoveredTool[];
};

/** openai for every OpenAI-compatible server, llama for a GGUF file in process, scripted for tests and demos. */
export type VenueProvider = 'openai' | 'llama' | 'scripted';

/** Secret that holds the API key. */
export type SecretKeyReference = {
  /** Name of the Secret in the same namespace. */
  readonly name: string;
  /** Key inside the Secret. */
  readonly key: string;
};

/** One server or model file. */
export type Backend = {
  /** Name of the back end, used in records of which one served. */
  readonly name: string;
  /** Where an OpenAI-compatible API begins, for example https://api.openai.com/v1. Never with credentials in it. */
  readonly baseURL?: string;
  /** Model to ask for; for provider llama the path of a GGUF file. */
  readonly model: string;
  /** Secret that holds the API key. */
  readonly apiKeySecretRef?: SecretKeyReference;
  /** For strategy priority, lower comes first. A back end is asked where all of lower priority are not well. */
  readonly priority: number;
  /** Share of the turns, for strategy priority beside those of equal priority. One of weight 0 is asked last. */
  readonly weight: number;
};

/** How a back end is chosen among those that are well. priority takes those of the lowest priority, weighted shares by weight alone, leastBusy takes the one with the fewest turns at work. */
export type VenueStrategy = 'priority' | 'weighted' | 'leastBusy';

/** What each back end may be asked. A turn beyond it waits. Never changes the digest. */
export type VenueLimits = {
  /** Turns at a time. */
  readonly concurrency?: number;
  /** Turns in a minute. */
  readonly requestsPerMinute?: number;
  /** Tokens in and out in a minute. */
  readonly tokensPerMinute?: number;
};

/** Prices of one model. */
export type VenuePricing = {
  /** Model as back ends or roles name it; * is every other. */
  readonly model: string;
  /** Price of a million tokens read, as a text such as '2.50'. */
  readonly input: string;
  /** Price of a million tokens written. */
  readonly output: string;
  /** Price of a million tokens read that the server had in its cache. Without it that of input. */
  readonly cachedInput?: string;
};

/** How long to wait for a model before the call counts as unanswered. */
export type VenueTimeouts = {
  /** Until the connection stands. */
  readonly connectSeconds: number;
  /** From the request to the first piece of the answer. */
  readonly firstTokenSeconds: number;
  /** Between two pieces of the answer. */
  readonly idleSeconds: number;
  /** For the whole answer. */
  readonly totalSeconds: number;
};

/** One call. */
export type ScriptedToolCall = {
  /** Name of a tool or role, as the role that is played sees it. */
  readonly name: string;
  /** What the tool is given. Expressions stand in ${{ }}. */
  readonly arguments: JsonObject;
};

/** Tokens the answer claims to have used. */
export type ScriptedUsage = {
  /** Tokens read. */
  readonly inputTokens?: number;
  /** Tokens written. */
  readonly outputTokens?: number;
};

/** Answers with this error of a model server instead. */
export type ScriptedError = {
  /** HTTP status, from 400 to 599. */
  readonly status: number;
  /** What the server says. */
  readonly message?: string;
};

/** One answer, or one error. */
export type ScriptedReply = {
  /** CEL over the request that says whether this entry answers. Without it the entry always does. */
  readonly when?: string;
  /** What is answered. Expressions stand in ${{ }}. */
  readonly text?: string;
  /** Calls the answer asks for, in this order. */
  readonly toolCalls?: readonly ScriptedToolCall[];
  /** Tokens the answer claims to have used. */
  readonly usage?: ScriptedUsage;
  /** How long the answer takes. */
  readonly delaySeconds?: number;
  /** Answers with this error of a model server instead. */
  readonly error?: ScriptedError;
};

/** Which model back end answers, and how. */
export type VenueSpec = {
  /** openai for every OpenAI-compatible server, llama for a GGUF file in process, scripted for tests and demos. */
  readonly provider: VenueProvider;
  /** Servers or model files that can answer. */
  readonly backends?: readonly Backend[];
  /** How a back end is chosen among those that are well. priority takes those of the lowest priority, weighted shares by weight alone, leastBusy takes the one with the fewest turns at work. */
  readonly strategy: VenueStrategy;
  /** What each back end may be asked. A turn beyond it waits. Never changes the digest. */
  readonly limits?: VenueLimits;
  /** What tokens cost, in any currency; limits of cost are in the same one. */
  readonly pricing?: readonly VenuePricing[];
  /** When a model turn that failed is tried again. Without it three attempts. */
  readonly retry?: Retry;
  /** Sampling for every role that does not say otherwise. */
  readonly params?: ModelParams;
  /** How long to wait for a model before the call counts as unanswered. */
  readonly timeouts: VenueTimeouts;
  /** Whether answers are asked for piece by piece, so that people see them grow. */
  readonly stream: boolean;
  /** What provider scripted answers. The first entry whose when holds is taken. */
  readonly replies?: readonly ScriptedReply[];
};

/** What the controller has seen and done. Written by the controller alone. */
export type VenueStatus = {
  /** Generation of spec that the controller has acted on; -1 until it has looked once. */
  readonly observedGeneration: number;
  /** Ready says whether Flows can use this Venue. */
  readonly conditions?: readonly Condition[];
};

/** Any object of the group. */
export type Resource = Band | Flow | Policy | Score | Session | Toolset | Venue;

export type Kind = Resource['kind'];

/** The kinds, sorted. */
export const kinds = ['Band', 'Flow', 'Policy', 'Score', 'Session', 'Toolset', 'Venue'] as const;
