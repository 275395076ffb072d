import type { Flow, Resource, Role, Score, Step } from '../generated/resources.ts';
import { checkApprovers } from './approvers.ts';
import { checkBlocks } from './blocks.ts';
import { checkRole, checkTool } from './callables.ts';
import { checkTemplate, checkTemplates, checkTyped } from './expressions.ts';
import { checkFreeForm } from './free-form.ts';
import { checkLiteralInput } from './literal-input.ts';
import { OutputShapes } from './output-shapes.ts';
import type { Closure } from './references.ts';
import type { Report } from './report.ts';
import { checkSchema } from './schemas.ts';
import { stepScope } from './scopes.ts';
import { shapeOfSchema, type Shape } from './shapes.ts';
import { viewSteps, type ViewedStep } from './step-views.ts';
import { stepsOf } from './steps.ts';
import { toolSchemas, type ToolSchemas } from './tool-schemas.ts';
import { checkRelativePath } from './workspace.ts';

/** Checks the steps of a Flow's Score, and of those that it calls, with the roles, tools and inputs that the Flow gives. */
export function checkScore({ flow, band, score, scores, toolsets }: Closure, report: Report): void {
  const names = band.spec.roles.map(({ name }) => name);
  const called: Called = { roles: band.spec.roles, tools: toolSchemas(toolsets) };
  const tools = [...called.tools.keys()].toSorted();
  for (const each of [score, ...scores]) {
    for (const { path, step } of stepsOf(each)) {
      if (step.role !== undefined) checkRole(each, `${path}.role`, step.role, names, report);
      if (step.tool !== undefined) checkTool(each, `${path}.tool`, step.tool, tools, report);
    }
    // What a Score is called with is known only where it is called.
    checkSteps(each, each === score ? inputsShape(flow) : 'any', called, report);
  }
}

/** The same without a Flow: what a Score says by itself. */
export function checkScoreAlone(score: Score, report: Report): void {
  checkSteps(score, 'any', { roles: [], tools: toolSchemas([]) }, report);
}

/** The inputs by name, where the Flow's schema allows no others. */
function inputsShape({ spec }: Flow): Shape {
  return shapeOfSchema(spec.inputSchema);
}

/** What steps may call, as far as it is known. */
interface Called {
  readonly roles: readonly Role[];
  readonly tools: ReadonlyMap<string, ToolSchemas>;
}

function checkSteps(score: Score, inputs: Shape, called: Called, report: Report): void {
  checkArtifacts(score, report);
  for (const { path, step } of stepsOf(score)) {
    checkGiven(score, path, step, called, report);
    checkApprovers(score, `${path}.approval.approvers`, step.approval?.approvers, report);
  }
  const blocks = checkBlocks(score, report);
  const shapes = new OutputShapes(blocks ?? [], called.roles, called.tools);
  const lists = [
    { block: null, steps: score.spec.steps, path: 'spec.steps' },
    ...(blocks ?? []).map((block) => {
      const path = `spec.blocks[${(score.spec.blocks ?? []).indexOf(block)}].steps`;
      return { block: block.name, steps: block.steps, path };
    }),
  ];
  for (const viewed of viewSteps(lists, inputs, shapes)) {
    checkStep(score, `${viewed.list.path}[${viewed.index}]`, viewed, report);
  }
}

/** What a step gives to the tool or role that it calls. */
function checkGiven(
  score: Score,
  path: string,
  { tool, role, input = {} }: Step,
  called: Called,
  report: Report,
): void {
  if (tool !== undefined) {
    const schema = called.tools.get(tool)?.input;
    checkLiteralInput(score, `${path}.input`, input, { schema, of: `the tool ${tool}` }, report);
  }
  const found = called.roles.find(({ name }) => name === role);
  if (found === undefined) return;
  const { inputSchema: schema } = found;
  checkLiteralInput(score, `${path}.input`, input, { schema, of: `the role ${found.name}` }, report);
}

function checkStep(
  score: Score,
  path: string,
  { step, before, view, output }: Omit<ViewedStep<Step>, 'list' | 'index'>,
  report: Report,
): void {
  const scope = stepScope(view);
  const { task, input, approval, when, until, forEach } = step;
  if (when !== undefined) checkTyped(score, `${path}.when`, when, 'a boolean', stepScope(before), report);
  if (until !== undefined) {
    checkTyped(score, `${path}.until.condition`, until.condition, 'a boolean', { ...scope, output }, report);
  }
  if (forEach !== undefined) checkTyped(score, `${path}.forEach.items`, forEach.items, 'a list', scope, report);
  if (task !== undefined) checkTemplate(score, `${path}.task`, task, scope, report);
  if (approval !== undefined) checkTemplate(score, `${path}.approval.message`, approval.message, scope, report);
  if (input !== undefined && checkFreeForm(score, `${path}.input`, input, 'value', report)) {
    checkTemplates(score, `${path}.input`, input, scope, report);
  }
  checkSchema(score, `${path}.outputSchema`, step.outputSchema, report);
  if (step.artifact?.path !== undefined) checkRelativePath(score, `${path}.artifact.path`, step.artifact.path, report);
}

/** Within one list the CRD itself sees to it. */
function checkArtifacts(score: Score, report: Report): void {
  const first = new Map<string, string>();
  for (const { path, step } of stepsOf(score)) {
    if (step.artifact === undefined) continue;
    const earlier = first.get(step.artifact.name);
    if (earlier === undefined) first.set(step.artifact.name, path);
    else duplicate(score, `${path}.artifact.name`, step.artifact.name, earlier, report);
  }
}

function duplicate(resource: Resource, path: string, name: string, earlier: string, report: Report): void {
  report.add(resource, path, {
    reason: 'Duplicate',
    message: `there are two artifacts ${JSON.stringify(name)}`,
    expected: 'each name of an artifact once in a Score',
    found: `another at ${earlier}`,
    remedy: 'Rename one of them.',
  });
}
