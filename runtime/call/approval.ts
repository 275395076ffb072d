import { OrketError, type BundleApprovers, type JsonValue } from '#crds';
import { admit } from './admit.ts';
import { demandsOf, expiryOf } from './gate-verdict.ts';
import { waitAtGate, type Decided, type Question } from './gate.ts';
import { toolDigestOf } from './judge-call.ts';
import { childPath } from './path.ts';
import type { Callable, CallSite, Run } from './run.ts';

/** Has a callable ask people in the middle of its work, for the `number`th time. Throws `CallDenied` and the reason of the signal. */
export async function approval(
  callable: Callable,
  message: string,
  about: JsonValue,
  site: CallSite,
  path: string,
  number: number,
): Promise<void> {
  const { run, workspace, signal } = site;
  const question: Question = {
    kind: 'asked',
    name: callable.name,
    risk: callable.risk,
    input: admit(about, run.mask),
    toolDigest: toolDigestOf(callable),
    files: [],
    rules: [],
    message: run.mask.text(message),
    approvers: demandsOf([]),
    expiry: expiryOf([]),
    voids: null,
  };
  const at = questionGate(path, run, number);
  const { decided } = await waitAtGate(question, at, run, workspace, signal);
  approvedOrThrow(decided, run);
}

/** What a step that only asks is asked with. */
export interface StepApproval extends BundleApprovers {
  readonly message: string;
}

/** Has a step wait for people. Throws `CallDenied`, `ApprovalExpired`, `Aborted`, and the reason of the signal. */
export async function approveStep(
  asks: StepApproval,
  path: string,
  { run, workspace, signal }: Pick<CallSite, 'run' | 'workspace' | 'signal'>,
): Promise<Decided> {
  const question: Question = {
    kind: 'step',
    name: '',
    risk: 'read',
    input: admit({ message: asks.message }, run.mask),
    toolDigest: null,
    files: [],
    rules: [],
    message: run.mask.text(asks.message),
    approvers: demandsOf([asks]),
    expiry: expiryOf([asks]),
    voids: null,
  };
  const { gate, decided } = await waitAtGate(question, childPath(path, 'g1'), run, workspace, signal);
  const { verdict } = decided.body;
  const { messages } = run.semantics;
  if (verdict === 'expired' && gate.body.onExpiry === 'abort') throw new OrketError('Aborted', messages.expired);
  if (verdict === 'expired') throw new OrketError('ApprovalExpired', messages.expired);
  approvedOrThrow(decided, run);
  return decided;
}

function approvedOrThrow({ body }: Decided, { semantics }: Run): void {
  if (body.verdict === 'approved') return;
  throw new OrketError('CallDenied', semantics.messages.deniedByPeople(body.note));
}

/** Gates of Policies come first at a call; its own questions follow them, by `number` from 1. */
function questionGate(path: string, run: Run, number: number): string {
  let policies = 0;
  while (run.trail.recall('gate.opened', childPath(path, `g${policies + 1}`))?.body.kind === 'policy') policies += 1;
  return childPath(path, `g${policies + number}`);
}
