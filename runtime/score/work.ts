import {
  compileTemplate,
  Fuel,
  type FuelTable,
  OrketError,
  renderText,
  renderValue,
  type BundleApproval,
  type BundleForEach,
  type BundleParallel,
  type BundleStep,
  type Digest,
  type JsonObject,
  type JsonValue,
} from '#crds';

/** The one thing that a step does. */
export type Work =
  | { readonly kind: 'role' | 'tool'; readonly name: string }
  | { readonly kind: 'score'; readonly name: Digest }
  | { readonly kind: 'approval'; readonly name: ''; readonly approval: BundleApproval }
  | { readonly kind: 'parallel'; readonly name: ''; readonly parallel: BundleParallel }
  | { readonly kind: 'forEach'; readonly name: string; readonly forEach: BundleForEach };

/** Throws `InvalidManifest` for a step that does nothing. */
export function workOf({ id, role, tool, score, approval, parallel, forEach }: BundleStep): Work {
  if (role !== undefined) return { kind: 'role', name: role };
  if (tool !== undefined) return { kind: 'tool', name: tool };
  if (score !== undefined) return { kind: 'score', name: score };
  if (approval !== undefined) return { kind: 'approval', name: '', approval };
  if (parallel !== undefined) return { kind: 'parallel', name: '', parallel };
  if (forEach !== undefined) return { kind: 'forEach', name: forEach.block, forEach };
  throw new OrketError('InvalidManifest', 'a step does nothing', {
    at: `steps.${id}`,
    expected: 'role, tool, score, approval, parallel or forEach',
  });
}

/** What a step is started with: all its expressions evaluated. Throws as `evaluate` does. */
export function renderInput(step: BundleStep, scope: JsonObject, table: FuelTable): JsonValue {
  const fuel = new Fuel(table);
  const text = (source: string): string => renderText(compileTemplate(source), scope, fuel);
  const input = renderValue(step.input ?? {}, scope, fuel);
  if (step.role !== undefined) return { task: step.task === undefined ? '' : text(step.task), input };
  if (step.approval !== undefined) return { message: text(step.approval.message) };
  return input;
}
