import { OrketError, type JsonValue } from '#crds';
import type { Callable, CallSite } from './run.ts';

/** Throws `InputRefused` where the input does not meet the callable's schema. */
export async function checkInput({ inputSchema }: Callable, input: JsonValue, { run }: CallSite): Promise<void> {
  const mismatches = await run.schemas.mismatches(inputSchema, input);
  if (mismatches.length > 0) throw new OrketError('InputRefused', run.semantics.messages.inputRefused(mismatches));
}

/** Throws `OutputRefused` where the output does not meet the callable's schema. */
export async function checkOutput(
  { outputSchema }: Pick<Callable, 'outputSchema'>,
  output: JsonValue,
  { run }: Pick<CallSite, 'run'>,
): Promise<void> {
  if (outputSchema === null) return;
  const mismatches = await run.schemas.mismatches(outputSchema, output);
  if (mismatches.length > 0) throw new OrketError('OutputRefused', run.semantics.messages.outputRefused(mismatches));
}
