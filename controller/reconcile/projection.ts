import { canonicalJson, OrketError, type Digest, type JsonValue } from '#crds';
import { currentSemantics, semanticsOf, type JournalRecord, type Recorded } from '#runtime';
import { expiriesAfter, firstExpiry, type Expiries } from './expiries.ts';
import type { ArtifactView, EndView, JournalView, RoleUsageView, StepView } from './plan.ts';

const stepsShown = 32;
const rolesShown = 16;
const artifactsShown = 16;
const gatesShown = 16;
const resultBytes = 2048;
const messageBytes = 512;
const nameBytes = 128;

/** A journal on its way to a view: fold records into it in order. Holds a bounded amount whatever the journal's length. */
export interface Projection {
  readonly view: JournalView;
  /** Roles of the model calls that wait for their answer, by path. */
  readonly waiting: ReadonlyMap<string, string>;
  /** What gates are bound to, null before it is known. */
  readonly run: Run | null;
  readonly expiries: Expiries;
}

type Folded = Omit<Projection, 'expiries'>;
type Run = Pick<JournalRecord<'session.started'>['body'], 'uid' | 'bundle' | 'semantics'>;

/** What is known after one more record. Types that it does not know change only the head. */
export function project(before: Projection | null, record: JournalRecord): Projection {
  const folded = fold(before, record);
  const expiries = expiriesAfter(before?.expiries ?? new Map(), record);
  const wakeAt = folded.view.parked === 'approval' ? firstExpiry(expiries) : null;
  return { ...folded, view: { ...folded.view, wakeAt }, expiries };
}

function fold(before: Projection | null, record: JournalRecord): Folded {
  const { view, waiting, run } = before ?? { view: empty(record), waiting: new Map<string, string>(), run: null };
  const at: JournalView = { ...view, seq: record.seq, head: record.hash, attempt: record.epoch, parked: null };
  switch (record.type) {
    case 'session.started':
      return { view: { ...at, semantics: record.body.semantics }, waiting, run: runOf(record.body) };
    case 'attempt.started':
      return { view: at, waiting: new Map(), run };
    case 'step.started':
      return { view: { ...at, steps: stepStarted(view.steps, record) }, waiting, run };
    case 'step.ended':
      return { view: stepEnded(at, record), waiting, run };
    case 'model.request':
      return { view: at, waiting: new Map([...waiting, [record.path, record.body.role]]), run };
    case 'model.response':
      return { ...modelAnswered(at, waiting, record), run };
    case 'artifact.written':
      return { view: artifactWritten(at, record), waiting, run };
    case 'gate.opened':
      return { view: gateOpened(at, record, run), waiting, run };
    case 'gate.decided':
      return { view: gateDecided(at, record), waiting, run };
    case 'session.parked':
      return { view: { ...at, parked: record.body.reason, parks: view.parks + 1 }, waiting: new Map(), run };
    case 'session.ended':
      return { view: { ...at, gates: [], gatesTotal: 0, ended: end(record) }, waiting: new Map(), run };
    default:
      return { view: at, waiting, run };
  }
}

function runOf({ uid, bundle, semantics }: Run): Run {
  return { uid, bundle, semantics };
}

function empty(first: JournalRecord): JournalView {
  return {
    seq: 0,
    head: '',
    startTime: first.at,
    attempt: first.epoch,
    semantics: 1,
    steps: [],
    stepsDone: 0,
    usage: { inputTokens: 0, outputTokens: 0, calls: 0, byRole: [] },
    artifacts: [],
    artifactsTotal: 0,
    gates: [],
    gatesTotal: 0,
    approvals: [],
    approvalsTotal: 0,
    parked: null,
    wakeAt: null,
    parks: 0,
    ended: null,
  };
}

/** A step that is tried again, or re-entered by the next attempt, keeps its place in the list. */
function stepStarted(steps: readonly StepView[], { path, at }: JournalRecord): readonly StepView[] {
  const id = stepOf(path);
  if (id === null) return steps;
  const known = steps.find((step) => step.id === id);
  const step: StepView = {
    id,
    phase: 'Running',
    startTime: known?.startTime ?? at,
    completionTime: null,
    reason: null,
  };
  if (known !== undefined) return steps.map((other) => (other.id === id ? step : other));
  return steps.length < stepsShown ? [...steps, step] : steps;
}

function stepEnded(view: JournalView, { path, at, body }: JournalRecord<'step.ended'>): JournalView {
  const id = stepOf(path);
  if (id === null) return view;
  const phase = body.status === 'succeeded' ? 'Succeeded' : 'Failed';
  const reason = body.error === null ? null : cutBytes(body.error.reason, nameBytes);
  const steps = view.steps.map((step) =>
    step.id === id ? ({ ...step, phase, completionTime: at, reason } as const) : step,
  );
  // A step is one step, however often it is tried and however often it comes round.
  const isFirst = path.endsWith('#1~1');
  return { ...view, steps, stepsDone: view.stepsDone + (isFirst ? 1 : 0) };
}

/** The id of a step of the Score itself: what is below it, and calls, have longer paths. */
function stepOf(path: string): string | null {
  const id = path.split('#', 1)[0] ?? '';
  return path.includes('/') || id === '' ? null : id;
}

function modelAnswered(
  view: JournalView,
  waiting: ReadonlyMap<string, string>,
  { path, body }: JournalRecord<'model.response'>,
): Omit<Folded, 'run'> {
  const used = { inputTokens: body.usage?.inputTokens ?? 0, outputTokens: body.usage?.outputTokens ?? 0, calls: 1 };
  const role = waiting.get(path);
  const rest = new Map(waiting);
  rest.delete(path);
  const { usage } = view;
  const byRole = role === undefined ? usage.byRole : addRole(usage.byRole, { role, ...used });
  return { view: { ...view, usage: { ...add(usage, used), byRole } }, waiting: rest };
}

type Used = Omit<RoleUsageView, 'role'>;

function add(a: Used, b: Used): Used {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    calls: a.calls + b.calls,
  };
}

function addRole(roles: readonly RoleUsageView[], more: RoleUsageView): readonly RoleUsageView[] {
  if (roles.some(({ role }) => role === more.role)) {
    return roles.map((known) => (known.role === more.role ? { role: known.role, ...add(known, more) } : known));
  }
  return roles.length < rolesShown ? [...roles, more] : roles;
}

function artifactWritten(view: JournalView, { body }: JournalRecord<'artifact.written'>): JournalView {
  const { name, digest, bytes } = body;
  const [mediaType, origin] = [cutBytes(body.mediaType, nameBytes), cutBytes(body.origin, nameBytes)];
  const artifact: ArtifactView = { name, mediaType, digest, bytes, origin };
  if (view.artifacts.some((known) => known.name === name)) {
    return { ...view, artifacts: view.artifacts.map((known) => (known.name === name ? artifact : known)) };
  }
  const artifacts = view.artifacts.length < artifactsShown ? [...view.artifacts, artifact] : view.artifacts;
  return { ...view, artifacts, artifactsTotal: view.artifactsTotal + 1 };
}

function gateOpened(view: JournalView, { seq, body }: JournalRecord<'gate.opened'>, run: Run | null): JournalView {
  const { name, message, expiresAt, callDigest } = body;
  const digest = bindingOf(seq, callDigest, run);
  const gate = { seq, digest, name: cutBytes(name, nameBytes), message: cutBytes(message, messageBytes), expiresAt };
  const gates = view.gates.length < gatesShown ? [...view.gates, gate] : view.gates;
  return { ...view, gates, gatesTotal: view.gatesTotal + 1 };
}

/** What a decision names; of a Session that only a later version can run, what it would come from. */
function bindingOf(seq: number, callDigest: Digest, run: Run | null): Digest {
  if (run === null || run.semantics > currentSemantics) return callDigest;
  return semanticsOf(run.semantics).gateDigest(run.uid, seq, callDigest, run.bundle.digest);
}

function gateDecided(view: JournalView, { at, body }: JournalRecord<'gate.decided'>): JournalView {
  const gate = view.gates.find(({ seq }) => seq === body.gate);
  const gates = view.gates.filter((one) => one !== gate);
  const decided = { ...view, gates, gatesTotal: Math.max(0, view.gatesTotal - 1) };
  const isApproved = (body.verdict === 'approved' || body.verdict === 'edited') && body.by.length > 0;
  if (!isApproved) return decided;
  const approval = gate === undefined ? [] : [{ seq: gate.seq, digest: gate.digest, time: at }];
  const approvals = [...view.approvals, ...approval].slice(-gatesShown);
  return { ...decided, approvals, approvalsTotal: view.approvalsTotal + 1 };
}

function end({ at, body }: JournalRecord<'session.ended'>): EndView {
  return {
    status: body.status,
    completionTime: at,
    stateDigest: body.stateDigest,
    result: body.result === null ? null : cutBytes(resultText(body.result), resultBytes),
    resultHeldAs: body.result === null ? body.resultDigest : null,
    reason: body.error === null ? null : cutBytes(body.error.reason, nameBytes),
    message: body.error === null ? null : cutBytes(body.error.message, messageBytes),
  };
}

/**
 * The projection with the result that its end names by digest alone: an earlier record holds it, and `read` finds it.
 * Folding keeps nothing of earlier records, so that this is looked up once, at the end.
 */
export async function withResult(
  projection: Projection,
  read: (digest: Digest) => Promise<JsonValue>,
): Promise<Projection> {
  const { view } = projection;
  if (view.ended === null || view.ended.resultHeldAs === null) return projection;
  const digest = view.ended.resultHeldAs;
  const value = await read(digest).catch((error: unknown) => {
    // A process that wrote what nothing holds has an end all the same.
    if (error instanceof OrketError && error.reason === 'JournalCorrupt') return digest;
    throw error;
  });
  const result = cutBytes(resultText({ value }), resultBytes);
  return { ...projection, view: { ...view, ended: { ...view.ended, result, resultHeldAs: null } } };
}

/** A result too large to stand in the journal is told by its size and digest. */
function resultText(result: Recorded): string {
  if ('blob' in result) return `${result.blob.bytes} bytes, ${result.blob.digest}`;
  const value: JsonValue = result.value;
  return typeof value === 'string' ? value : canonicalJson(value);
}

/** At most that many bytes of UTF-8, cut between code points, with an ellipsis where something was cut off. */
export function cutBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const room = bytes - Buffer.byteLength('…');
  const cut = Buffer.from(text).subarray(0, room).toString('utf8');
  return `${cut.replace(/\uFFFD+$/, '')}…`;
}
