import { type BundleRole, type JsonValue, type Reason } from '#crds';
import type { Run } from '../call/run.ts';
import type { RecordedAnswer } from '../semantics/semantics.ts';

/** What a turn comes to: calls to make, the role's output, or nothing of use. */
export type Move =
  | { readonly kind: 'calls' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: JsonValue }
  /** `remark` is what the model is told; `reason` is how the call fails once it has been told often enough. */
  | { readonly kind: 'fault'; readonly remark: string; readonly reason: Reason };

/** Reads a turn. Half an answer is never used: what was cut off by the limit of tokens might have gone on otherwise. */
export async function readMove({ text, toolCalls, finish }: RecordedAnswer, role: BundleRole, run: Run): Promise<Move> {
  const { messages, defaults, answersInText, readJsonAnswer } = run.semantics;
  const fault = (reason: Reason, remark: string): Move => ({ kind: 'fault', reason, remark });
  if (finish === 'refusal') return fault('ModelRefused', messages.refusal);
  if (finish === 'length') return fault('ModelAnswerTooLarge', messages.cut);
  if (toolCalls.length > defaults.callsPerTurn) return fault('ModelAnswerTooLarge', messages.tooManyCalls);
  if (toolCalls.length > 0) return { kind: 'calls' };
  if (text.trim() === '') return fault('ModelAnswerBroken', messages.empty);
  if (role.outputSchema === undefined) return { kind: 'text', text: text.trim() };

  const value = answersInText(role.outputSchema) ? text.trim() : readJsonAnswer(text);
  if (value === undefined) return fault('OutputRefused', messages.notJson);
  const mismatches = await run.schemas.mismatches(role.outputSchema, value);
  return mismatches.length === 0 ? { kind: 'value', value } : fault('OutputRefused', messages.wrongOutput(mismatches));
}
