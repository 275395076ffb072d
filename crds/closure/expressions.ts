import type { JsonValue } from '../canonical/json.ts';
import { compileExpression, type Expression } from '../cel/expression.ts';
import { placeIn } from '../cel/parse.ts';
import { compileTemplate, mapTemplates } from '../cel/template.ts';
import type { Resource } from '../generated/resources.ts';
import { under } from '../validate/finding.ts';
import { shown } from '../cel/fault.ts';
import type { Report } from './report.ts';
import { staticKind } from './static-kind.ts';
import { suspiciousComparisons, type Suspicion } from './comparisons.ts';
import { misuse } from './scopes.ts';
import type { Members, StaticKind } from './shapes.ts';

/** Checks that an expression compiles and that its scope offers what it uses. */
export function checkExpression(
  resource: Resource,
  path: string,
  source: string,
  scope: Members,
  report: Report,
): void {
  const expression = report.attempt(resource, path, () => compileExpression(source));
  if (expression !== undefined) checkUses(resource, path, expression, scope, report);
}

/** The same for what has to give one kind of value. */
export function checkTyped(
  resource: Resource,
  path: string,
  source: string,
  wanted: StaticKind,
  scope: Members,
  report: Report,
): void {
  const expression = report.attempt(resource, path, () => compileExpression(source));
  if (expression === undefined) return;
  checkUses(resource, path, expression, scope, report);
  const kind = staticKind(expression.syntax, scope);
  if (kind === undefined || kind === wanted) return;
  report.add(resource, path, {
    reason: 'InvalidExpression',
    message: `the expression never gives ${wanted}`,
    expected: `CEL that gives ${wanted}`,
    found: `${kind}: ${shown(source)}`,
    remedy: source.includes('${{')
      ? 'Write the expression alone, without ${{ }}.'
      : 'Compare, or name a value of that kind.',
  });
}

/** The same for every `${{ }}` of a text. */
export function checkTemplate(resource: Resource, path: string, text: string, scope: Members, report: Report): void {
  const template = report.attempt(resource, path, () => compileTemplate(text));
  for (const part of template?.parts ?? []) {
    if (typeof part !== 'string') checkUses(resource, path, part, scope, report);
  }
}

/** The same for every text within a free-form value. */
export function checkTemplates(
  resource: Resource,
  path: string,
  value: JsonValue,
  scope: Members,
  report: Report,
): void {
  mapTemplates(value, (text, within) => {
    checkTemplate(resource, within.startsWith('[') ? path + within : under(path, within), text, scope, report);
    return text;
  });
}

/** What an expression uses that its scope does not offer, and compares that never is so. */
export function doubtfulUses(expression: Expression, scope: Members): readonly Suspicion[] {
  const uses = expression.variables.flatMap((variable) => {
    const found = misuse(variable, scope);
    return found === undefined ? [] : [{ ...found, at: variable.at }];
  });
  return [...uses, ...suspiciousComparisons(expression.syntax, scope)];
}

function checkUses(resource: Resource, path: string, expression: Expression, scope: Members, report: Report): void {
  for (const found of doubtfulUses(expression, scope)) tell(resource, path, expression, found, report);
}

function tell(
  resource: Resource,
  path: string,
  { source }: Expression,
  { at, complaint, certain }: Suspicion,
  report: Report,
): void {
  const told = { ...complaint, message: `${complaint.message} (${placeIn(source, at)})` };
  if (certain) report.add(resource, path, told);
  else report.warn(resource, path, told);
}
