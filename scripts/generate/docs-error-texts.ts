import type { Reason } from '../../crds/errors.ts';

export interface ErrorText {
  /** What happened, in a sentence. */
  readonly means: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

/** What docs/reference/errors.md says of each reason of the catalogue. A reason without a text does not compile. */
export const errorTexts: Readonly<Record<Reason, ErrorText>> = {
  Usage: { means: 'A command was given something it does not take.', remedy: 'Read the `--help` of the verb.' },
  InvalidManifest: {
    means: 'A manifest breaks the schema, a CEL rule, or refers to something that is not there.',
    remedy: 'Run `orket validate`; each problem names file, line and column, and what to write.',
  },
  ManifestTooLarge: {
    means: 'A file, a folder of manifests or an inner value is over its bound.',
    remedy: 'Split the file, or put large texts into files of the domain.',
  },
  InvalidExpression: {
    means: 'A CEL expression does not parse, has a type error or calls an unknown function.',
    remedy: 'The message points at the character. See [Expressions](expressions.md).',
  },
  InvalidSchema: {
    means: 'An inner schema is not JSON Schema 2020-12.',
    remedy: 'Correct the keyword that the message names.',
  },
  InvalidInput: {
    means: 'The merged inputs of a Session do not meet the `inputSchema` of its Flow.',
    remedy: 'Correct `inputs`, or `--input` on the command line.',
  },
  NotFound: {
    means: 'Something that was named does not exist.',
    remedy: 'Check the name; list what there is with `orket get`.',
  },
  NotCanonical: {
    means:
      'A value has no canonical JSON: a duplicate key, a lone surrogate, a number that is not finite or not exact.',
    remedy: 'Change the value at the place named. Write integers beyond 2^53 - 1 as strings.',
  },
  DomainNotReachable: {
    means:
      'The folder of the domain or of a reference is not there, or lies outside the work tree. A cluster has no work tree.',
    remedy: 'Correct `spec.workspace` of the Flow. On a cluster leave the domain out.',
  },
  ToolsNotReachable: {
    means:
      'The tools of a Toolset cannot be run: their code is not there or outside the work tree (a cluster has none), is not what the Toolset declares, cannot be loaded, or no Python is there. Nothing was asked of them.',
    remedy: 'Correct what the message names. On a cluster use built-in tools.',
  },
  ProviderNotAvailable: {
    means:
      'The provider of the Venue cannot be used here: a model file or a package is missing, or the place does not offer it.',
    remedy: 'Follow the message. On a cluster only `scripted` is offered today.',
  },
  ReferenceNotReady: {
    means: 'Something that the Flow refers to is there, but cannot be used.',
    remedy: 'Look at the `Ready` condition of what is named.',
  },
  CallDenied: {
    means: 'A rule of a Policy, or a person, denied the call.',
    remedy: 'Read `policy.decided` in the journal; it names the rules.',
  },
  DepthExceeded: {
    means: 'Calls were nested deeper than `spec.limits.depth` of the Flow.',
    remedy: 'Raise the limit, or let roles call each other less.',
  },
  TimeLimitReached: {
    means: 'A `timeoutSeconds` or `spec.limits.activeSeconds` was used up.',
    remedy: 'Raise the limit that the message names, or make the work smaller.',
  },
  InputRefused: {
    means: 'The input of a call does not meet its schema.',
    remedy: 'Correct `input` of the step, or the schema.',
  },
  OutputRefused: {
    means: 'The output of a call, or of a step, does not meet its schema. A model was told and did not mend it.',
    remedy: 'Loosen the schema, or say in the prompt what is wanted.',
  },
  ToolFailed: { means: 'A tool did its work and failed.', remedy: 'The message is the one of the tool.' },
  UnknownCallable: {
    means: 'A name that is no role and no tool, or none that the caller may use.',
    remedy: 'Add it to `tools` or `callable` of the role, or correct the name.',
  },
  PathRefused: {
    means: 'A path that breaks a rule: outside its space, through a link, of a reserved name, not in the pinned tree.',
    remedy: 'The message names the rule and what to write instead.',
  },
  DomainChanged: {
    means: 'A file of the domain or of a reference is not what it was when the Session was pinned.',
    remedy: 'Start a new Session.',
  },
  StorageExceeded: {
    means:
      'A write would take the workspace over `spec.workspace.storage.sizeLimit`, a value is too large to be recorded, a Session would take more than [its room at the gateway](../concepts/security.md#what-the-gateway-proves), or the disk is full.',
    remedy: 'Raise the limit, write less, or make room.',
  },
  FuelExhausted: {
    means: 'An expression did more work than one evaluation may.',
    remedy: 'Loop over fewer elements or shorter texts. See [Fuel](expressions.md#fuel).',
  },
  EvaluationFailed: {
    means: 'An expression met a value it was not written for: a missing key, another type, a position outside a list.',
    remedy: 'Guard it with `has(...)` or a conditional. The message points at the character.',
  },
  TurnsExhausted: {
    means: 'A model came to no answer within the turns of one conversation.',
    remedy: 'Make the task smaller, or say in the prompt when to stop.',
  },
  AttemptsExhausted: {
    means: 'Every attempt ended without a result, as many as `sessionTemplate.maxAttempts` allows.',
    remedy: 'Read the message of the last attempt. Raise memory where it was killed for it.',
  },
  Cancelled: { means: 'Somebody ended the Session.', remedy: 'Nothing; start a new one.' },
  BudgetExceeded: {
    means: 'A call would have gone beyond a limit of calls, tokens or cost, so it was not begun.',
    remedy: 'Raise the limit of the Flow or role, or ask for less. See [The call](../concepts/call.md).',
  },
  ApprovalExpired: {
    means: 'Nobody decided a gate in time.',
    remedy: 'Start the Session again, or raise `expiresAfterSeconds` of the rule.',
  },
  Aborted: { means: 'A person or the Conductor ended the Session.', remedy: 'The journal names who and why.' },
  IterationsExhausted: {
    means: 'The condition of `until` did not come to hold within its iterations.',
    remedy: 'Raise `maxIterations`, or see what the last iterations came to.',
  },
  TooManyItems: {
    means: 'The list of a `forEach` is longer than its `maxItems`.',
    remedy: 'Raise `maxItems`, or give fewer items.',
  },
  ToolDiverged: {
    means: 'A tool that was run again made other calls than before.',
    remedy: 'A reentrant tool must do the same for the same input: take time and chance from its context.',
  },
  ToolHostFailed: {
    means: 'The process that runs a tool crashed, hung, or said what is no answer.',
    remedy: 'The message holds what it said last. Correct the tool, or raise its limits.',
  },
  StateConflict: {
    means: 'State of the Flow was changed in between.',
    remedy: 'Get it again, and put what follows from that.',
  },
  SessionParked: {
    means: 'The Session waits for people, and its process has gone.',
    remedy: 'Decide its gates with `orket approve` or `orket deny`, or go on with `orket resume`.',
  },
  StateNotAvailable: {
    means: 'The Session runs where no state of its Flow is kept: today in a cluster.',
    remedy: 'Run the Flow on a machine, or take `state.get` and `state.put` out of it.',
  },
  RoleDisabled: {
    means: 'The Conductor has disabled this role, tool or step.',
    remedy: 'Enable it with `orket adjust`, or see in the journal who disabled it and why.',
  },
  NotReentrant: {
    means: 'A tool called a role or another tool, and its Toolset does not declare it `reentrant`.',
    remedy:
      'Declare it so if it has no effect of its own but through its context; it is run again from its start then.',
  },
  FileNotFound: { means: 'A file tool was given a path at which nothing is.', remedy: 'List the folder first.' },
  AttemptStopped: {
    means: 'The process of an attempt was told to stop before its Session had ended.',
    remedy: 'Nothing; the next attempt goes on from the journal.',
  },
  ModelUnreachable: {
    means: 'Nothing listens, the name does not resolve, TLS fails, or the connection ends before an answer begins.',
    remedy: 'Check `baseURL` and that the server runs.',
  },
  ModelRefused: {
    means: 'The server refused the request, the model refused to answer, or no scripted reply fits.',
    remedy: 'Read the status and the text in the message: a wrong key, model name or parameter.',
  },
  ModelBusy: { means: 'Status 408, 409, 429 or 5xx.', remedy: 'Wait, or ask for less at a time.' },
  ModelAnswerBroken: {
    means: 'An answer that was cut off, empty or not in the form of the protocol.',
    remedy: 'Check that the server speaks chat completions. See [Providers](venue-providers.md).',
  },
  ModelAnswerTooLarge: {
    means: 'An answer over its bounds, or cut off by the limit of tokens.',
    remedy: 'Raise `maxTokens`, or ask for less.',
  },
  ModelTimeout: {
    means: 'One of `spec.timeouts` of the Venue ran out.',
    remedy: 'Raise the field that the message names.',
  },
  JournalCorrupt: {
    means: 'A complete record is not what it was when it was written.',
    remedy: 'Restore the journal from a copy. The message names record, field, expected and found.',
  },
  JournalLocked: { means: 'Another live process writes this journal.', remedy: 'Wait for it, or end it.' },
  JournalWriteFailed: {
    means: 'A write or sync of the journal failed.',
    remedy: 'Check the disk; the next attempt goes on.',
  },
  StaleEpoch: {
    means: 'An append by an attempt that a later one has replaced.',
    remedy: 'Nothing; the later attempt goes on.',
  },
  HeadMismatch: {
    means: 'Somebody else has written to the journal in between.',
    remedy: 'Look for a second writer of the folder.',
  },
  BundleNotFound: {
    means: 'The digest in `spec.cause.digest` of a Session is of no bundle that was resolved in its namespace.',
    remedy: 'Create a Session without a digest, so that its Flow is resolved anew.',
  },
  BundleMismatch: {
    means: 'A bundle does not have the digest that it is named by, or a journal belongs to another one.',
    remedy: 'Use the bundle the Session began with, or start a new Session.',
  },
  ReplayDiverged: {
    means: 'A replay computed something else than the journal holds.',
    remedy: 'Report it: the same journal must replay alike.',
  },
  RuntimeUnsupported: {
    means: 'This version does not carry the semantics that the Session is pinned to.',
    remedy: 'Use the image in `status.runtime.image`, or a later version.',
  },
  StateCorrupt: {
    means: 'A file with the state of a Flow is not what was written.',
    remedy: 'Bring the file back from a copy, or remove it: the key then begins anew at version 0.',
  },
  NetworkFileSystem: {
    means: 'The journal would lie on a network file system, where locks and syncs do not hold.',
    remedy: 'Choose a folder on a disk of this machine with `--state`.',
  },
  ReplayEnded: {
    means: 'A replay came to the end of what the journal holds.',
    remedy: 'Nothing; the Session was broken off there.',
  },
  ClusterUnreachable: { means: 'The API server does not answer.', remedy: 'Check `--kubeconfig` and `--context`.' },
  GatewayUnreachable: {
    means: 'The gateway does not answer.',
    remedy: 'Check its pod and Service; the next attempt goes on.',
  },
  Forbidden: {
    means: 'The API server, or the gateway, does not allow it.',
    remedy: 'Ask for the role that the message names.',
  },
  Conflict: { means: 'Somebody else changed the same thing at the same time.', remedy: 'Read it again and repeat.' },
  GitFailed: { means: 'git could not do what was asked.', remedy: 'The message holds the words of git.' },
  Expired: {
    means: 'A watch or a paged list is older than what the API server remembers.',
    remedy: 'Nothing; the list is read again.',
  },
  Rejected: { means: 'The API server refused the object.', remedy: 'Correct what its message names.' },
  Internal: { means: 'A defect of Orket.', remedy: 'Report it with the text that was printed.' },
};
