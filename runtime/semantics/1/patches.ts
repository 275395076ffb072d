import type { BundlePatch, BundleRole, BundleStep } from '#crds';

/** A role with a patch: the prompt is replaced, instructions are added, params are set one by one. */
export function patchedRole(role: BundleRole, { prompt, instructions, model, params }: BundlePatch): BundleRole {
  return {
    ...role,
    ...(prompt === undefined ? {} : { prompt }),
    ...(instructions === undefined ? {} : { instructions: [...(role.instructions ?? []), ...instructions] }),
    ...(model === undefined ? {} : { model }),
    ...(params === undefined ? {} : { params: { ...role.params, ...params } }),
  };
}

/** A step with a patch: the task is replaced where it is a role's, members of the input are set one by one. */
export function patchedStep(step: BundleStep, { task, input }: BundlePatch): BundleStep {
  return {
    ...step,
    ...(task === undefined || step.role === undefined ? {} : { task }),
    ...(input === undefined ? {} : { input: { ...step.input, ...input } }),
  };
}
