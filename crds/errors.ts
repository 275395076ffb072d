/**
 * The one catalogue of errors. A reason is CamelCase and becomes a condition's reason; `exit` is the code of the
 * command line; a retryable error says that nothing happened and that the same thing may work later.
 */
export const catalogue = {
  // What a person wrote.
  Usage: { code: 'ORK-1000', retryable: false, exit: 2 },
  InvalidManifest: { code: 'ORK-1001', retryable: false, exit: 2 },
  ManifestTooLarge: { code: 'ORK-1002', retryable: false, exit: 2 },
  InvalidExpression: { code: 'ORK-1003', retryable: false, exit: 2 },
  InvalidSchema: { code: 'ORK-1004', retryable: false, exit: 2 },
  InvalidInput: { code: 'ORK-1005', retryable: false, exit: 2 },
  NotFound: { code: 'ORK-1006', retryable: false, exit: 2 },
  NotCanonical: { code: 'ORK-1007', retryable: false, exit: 2 },
  DomainNotReachable: { code: 'ORK-1008', retryable: false, exit: 2 },
  ProviderNotAvailable: { code: 'ORK-1009', retryable: false, exit: 2 },
  ReferenceNotReady: { code: 'ORK-1010', retryable: false, exit: 2 },
  BundleNotFound: { code: 'ORK-1011', retryable: false, exit: 2 },
  ToolsNotReachable: { code: 'ORK-1012', retryable: false, exit: 2 },
  // What happened in a call.
  CallDenied: { code: 'ORK-2001', retryable: false, exit: 20 },
  DepthExceeded: { code: 'ORK-2003', retryable: false, exit: 20 },
  TimeLimitReached: { code: 'ORK-2004', retryable: false, exit: 20 },
  InputRefused: { code: 'ORK-2005', retryable: false, exit: 20 },
  OutputRefused: { code: 'ORK-2006', retryable: false, exit: 20 },
  ToolFailed: { code: 'ORK-2007', retryable: false, exit: 20 },
  UnknownCallable: { code: 'ORK-2008', retryable: false, exit: 20 },
  PathRefused: { code: 'ORK-2009', retryable: false, exit: 20 },
  DomainChanged: { code: 'ORK-2010', retryable: false, exit: 20 },
  StorageExceeded: { code: 'ORK-2011', retryable: false, exit: 20 },
  FuelExhausted: { code: 'ORK-2012', retryable: false, exit: 20 },
  EvaluationFailed: { code: 'ORK-2013', retryable: false, exit: 20 },
  TurnsExhausted: { code: 'ORK-2014', retryable: false, exit: 20 },
  AttemptsExhausted: { code: 'ORK-2015', retryable: false, exit: 20 },
  Cancelled: { code: 'ORK-2016', retryable: false, exit: 22 },
  AttemptStopped: { code: 'ORK-2018', retryable: true, exit: 24 },
  FileNotFound: { code: 'ORK-2017', retryable: false, exit: 20 },
  BudgetExceeded: { code: 'ORK-2019', retryable: false, exit: 20 },
  ApprovalExpired: { code: 'ORK-2020', retryable: false, exit: 20 },
  Aborted: { code: 'ORK-2021', retryable: false, exit: 20 },
  IterationsExhausted: { code: 'ORK-2022', retryable: false, exit: 20 },
  TooManyItems: { code: 'ORK-2023', retryable: false, exit: 20 },
  ToolDiverged: { code: 'ORK-2024', retryable: false, exit: 20 },
  ToolHostFailed: { code: 'ORK-2025', retryable: false, exit: 20 },
  StateConflict: { code: 'ORK-2026', retryable: false, exit: 20 },
  SessionParked: { code: 'ORK-2027', retryable: true, exit: 21 },
  RoleDisabled: { code: 'ORK-2028', retryable: false, exit: 20 },
  StateNotAvailable: { code: 'ORK-2029', retryable: false, exit: 20 },
  NotReentrant: { code: 'ORK-2030', retryable: false, exit: 20 },
  // What a model server did.
  ModelUnreachable: { code: 'ORK-3001', retryable: true, exit: 24 },
  ModelRefused: { code: 'ORK-3002', retryable: false, exit: 20 },
  ModelBusy: { code: 'ORK-3003', retryable: true, exit: 24 },
  ModelAnswerBroken: { code: 'ORK-3004', retryable: true, exit: 24 },
  ModelAnswerTooLarge: { code: 'ORK-3005', retryable: false, exit: 20 },
  ModelTimeout: { code: 'ORK-3006', retryable: true, exit: 24 },
  // What became of the record.
  JournalCorrupt: { code: 'ORK-4001', retryable: false, exit: 23 },
  JournalLocked: { code: 'ORK-4002', retryable: true, exit: 24 },
  JournalWriteFailed: { code: 'ORK-4003', retryable: true, exit: 24 },
  StaleEpoch: { code: 'ORK-4004', retryable: false, exit: 23 },
  HeadMismatch: { code: 'ORK-4005', retryable: false, exit: 23 },
  BundleMismatch: { code: 'ORK-4006', retryable: false, exit: 23 },
  ReplayDiverged: { code: 'ORK-4007', retryable: false, exit: 23 },
  RuntimeUnsupported: { code: 'ORK-4008', retryable: false, exit: 23 },
  ReplayEnded: { code: 'ORK-4010', retryable: false, exit: 23 },
  StateCorrupt: { code: 'ORK-4012', retryable: false, exit: 23 },
  NetworkFileSystem: { code: 'ORK-4009', retryable: false, exit: 2 },
  // What could not be reached outside.
  ClusterUnreachable: { code: 'ORK-5001', retryable: true, exit: 24 },
  GatewayUnreachable: { code: 'ORK-5002', retryable: true, exit: 24 },
  Forbidden: { code: 'ORK-5003', retryable: false, exit: 24 },
  Conflict: { code: 'ORK-5004', retryable: true, exit: 24 },
  GitFailed: { code: 'ORK-5005', retryable: false, exit: 24 },
  Expired: { code: 'ORK-5006', retryable: true, exit: 24 },
  Rejected: { code: 'ORK-5007', retryable: false, exit: 24 },
  Internal: { code: 'ORK-9000', retryable: false, exit: 70 },
} as const satisfies Record<string, { code: string; retryable: boolean; exit: number }>;

export type Reason = keyof typeof catalogue;

/** What every error tells: the place, what was expected there, what was found, and what to do. */
export interface ErrorDetail {
  /** `file:line:column path`, a journal `seq path`, a URL without credentials: wherever the reader has to look. */
  readonly at?: string;
  readonly expected?: string;
  readonly found?: string;
  readonly remedy?: string;
}

/** An error of the catalogue. Carries no secret: `found` is bounded and masked by whoever fills it. */
export class OrketError extends Error {
  override readonly name = 'OrketError';
  readonly reason: Reason;
  /** The message without its detail. */
  readonly summary: string;
  readonly detail: ErrorDetail;

  constructor(reason: Reason, summary: string, detail: ErrorDetail = {}, cause?: unknown) {
    super(sentence(summary, detail), cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.summary = summary;
    this.detail = detail;
  }

  get code(): string {
    return catalogue[this.reason].code;
  }

  get retryable(): boolean {
    return catalogue[this.reason].retryable;
  }

  get exit(): number {
    return catalogue[this.reason].exit;
  }
}

function sentence(summary: string, { at, expected, found, remedy }: ErrorDetail): string {
  const parts = [at === undefined ? summary : `${at}: ${summary}`];
  if (expected !== undefined) parts.push(`expected ${expected}`);
  if (found !== undefined) parts.push(`found ${found}`);
  const text = parts.join('; ');
  return remedy === undefined ? text : `${text}. ${remedy}`;
}
