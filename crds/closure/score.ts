import type { Flow, Role, Score, Step } from '../generated/resources.ts';
import { checkRole, checkTool, toolNames } from './callables.ts';
import { checkTemplate, checkTemplates } from './expressions.ts';
import { checkFreeForm } from './free-form.ts';
import type { Closure } from './references.ts';
import type { Report } from './report.ts';
import { checkSchema } from './schemas.ts';
import { reportShape, shapeOfSchema, stepScope, type Members, type Shape } from './scopes.ts';
import { checkRelativePath } from './workspace.ts';

/** Checks the steps of a Score with the roles, tools and inputs that its Flow gives it. */
export function checkScore({ flow, band, score, toolsets }: Closure, report: Report): void {
  const names = band.spec.roles.map(({ name }) => name);
  const tools = toolNames(toolsets);
  for (const [index, { role, tool }] of score.spec.steps.entries()) {
    if (role !== undefined) checkRole(score, `spec.steps[${index}].role`, role, names, report);
    if (tool !== undefined) checkTool(score, `spec.steps[${index}].tool`, tool, tools, report);
  }
  checkSteps(score, inputsShape(flow), band.spec.roles, report);
}

/** The same without a Flow: what a Score says by itself. */
export function checkScoreAlone(score: Score, report: Report): void {
  checkSteps(score, 'any', [], report);
}

function checkSteps(score: Score, inputs: Shape, roles: readonly Role[], report: Report): void {
  const earlier = new Map<string, Shape>();
  for (const [index, step] of score.spec.steps.entries()) {
    checkStep(score, `spec.steps[${index}]`, step, stepScope(inputs, earlier), report);
    earlier.set(step.id, outputShape(step, roles));
  }
}

function checkStep(score: Score, path: string, step: Step, scope: Members, report: Report): void {
  if (step.task !== undefined) checkTemplate(score, `${path}.task`, step.task, scope, report);
  if (step.input !== undefined && checkFreeForm(score, `${path}.input`, step.input, 'value', report)) {
    checkTemplates(score, `${path}.input`, step.input, scope, report);
  }
  checkSchema(score, `${path}.outputSchema`, step.outputSchema, report);
  if (step.artifact?.path !== undefined) checkRelativePath(score, `${path}.artifact.path`, step.artifact.path, report);
}

/** The inputs by name, where the Flow's schema allows no others. */
function inputsShape({ spec }: Flow): Shape {
  return shapeOfSchema(spec.inputSchema);
}

function outputShape({ role: name, outputSchema }: Step, roles: readonly Role[]): Shape {
  const own = shapeOfSchema(outputSchema);
  if (own !== 'any') return own;
  const role = roles.find((each) => each.name === name);
  if (role === undefined) return 'any';
  return role.outputSchema === undefined ? reportShape : shapeOfSchema(role.outputSchema);
}
