import type { Adjustment, AdjustmentPatch, ConductorRule, FlowConductor } from '../generated/resources.ts';
import type { BundleAdjustment, BundleConductor, BundleConductorRule, BundlePatch } from './conductor.ts';
import { pickParams } from './params.ts';
import { defaultsV1, withoutDefaults } from './v1.ts';

/** What governs between steps; empty where a Flow says nothing of it. */
export function projectConductor({ mode, rules = [], heuristics }: FlowConductor): BundleConductor {
  const { schemaFailures, identicalCalls, stagnation, tokenFactor } = heuristics;
  const signals = withoutDefaults({ schemaFailures, identicalCalls, stagnation, tokenFactor });
  return withoutDefaults({ mode, rules: rules.map(projectRule), heuristics: signals }, defaultsV1.conductor);
}

function projectRule({ name, phase, when, adjust }: ConductorRule): BundleConductorRule {
  return withoutDefaults({ name, phase, when, adjust: projectAdjustment(adjust) }, defaultsV1.conductorRule);
}

function projectAdjustment({ op, step, role, tool, patch, reason }: Adjustment): BundleAdjustment {
  const change = patch === undefined ? undefined : projectPatch(patch);
  return withoutDefaults({ op, step, role, tool, patch: change, reason });
}

function projectPatch({ task, input, prompt, instructions, model, params }: AdjustmentPatch): BundlePatch {
  const sampling = params === undefined ? undefined : pickParams(params);
  return withoutDefaults({ task, input, prompt, instructions, model, params: sampling });
}
