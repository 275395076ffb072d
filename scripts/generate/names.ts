/** Names that differ from kind and property put together, by the end of the path. The first that fits is taken. */
const named: readonly (readonly [RegExp, string])[] = [
  [/^(\w+)\.spec$/, '$1Spec'],
  [/^(\w+)\.status$/, '$1Status'],
  [/\.apiKeySecretRef$/, 'SecretKeyReference'],
  [/\.podRef$/, 'PodReference'],
  [/\.toolsetRefs\[\]$|\.\w+Ref$/, 'Reference'],
  [/\.conditions\[\]$/, 'Condition'],
  [/\.conditions\[\]\.status$/, 'ConditionStatus'],
  [/^Flow\.spec\.conductor$/, 'FlowConductor'],
  [/^Flow\.spec\.conductor\.rules\[\]$/, 'ConductorRule'],
  [/\.adjust$/, 'Adjustment'],
  [/\.rules\[\]\.phase$/, 'ConductorPhase'],
  [/\.adjust\.patch$/, 'AdjustmentPatch'],
  [/\.heuristics$/, 'Heuristics'],
  [/^Band\.spec\.roles\[\]\.limits$/, 'RoleLimits'],
  [/\.params$/, 'ModelParams'],
  [/\.resources\.(requests|limits)$/, 'ResourceAmounts'],
  [/\.sessionTemplate$/, 'SessionTemplate'],
  [/\.sessionTemplate\.metadata$/, 'TemplateMetadata'],
  [/\.readScope\[\]$/, 'ReadSpace'],
  [/\.writeScope\[\]$/, 'WriteSpace'],
  [/\.workspace\.domain$/, 'WorkDomain'],
  [/\.workspace\.references\[\]$/, 'ReferenceSpace'],
  [/\.workspace\.policy$/, 'WorkspacePolicy'],
  [/\.workspace\.storage$/, 'WorkspaceStorage'],
  [/^Band\.spec\.roles\[\]$/, 'Role'],
  [/^Score\.spec\.(blocks\[\]\.)?steps\[\]$/, 'Step'],
  [/^Score\.spec\..*steps\[\]\.score$/, 'Reference'],
  [/^Score\.spec\..*steps\[\]\.approval$/, 'StepApproval'],
  [/^Score\.spec\..*steps\[\]\.artifact$/, 'StepArtifact'],
  [/^Score\.spec\..*steps\[\]\.forEach$/, 'StepForEach'],
  [/^Score\.spec\..*steps\[\]\.parallel$/, 'StepParallel'],
  [/^Score\.spec\..*\.branches\[\]$/, 'StepBranch'],
  [/^Score\.spec\..*steps\[\]\.until$/, 'StepUntil'],
  [/^Score\.spec\.blocks\[\]$/, 'Block'],
  [/\.approvers$/, 'Approvers'],
  [/\.minIdentity$/, 'IdentityLevel'],
  [/\.onExpiry$/, 'OnExpiry'],
  [/^Venue\.spec\.backends\[\]$/, 'Backend'],
  [/^Venue\.spec\.replies\[\]$/, 'ScriptedReply'],
  [/^Venue\.spec\.replies\[\]\.toolCalls\[\]$/, 'ScriptedToolCall'],
  [/^Venue\.spec\.replies\[\]\.usage$/, 'ScriptedUsage'],
  [/^Venue\.spec\.replies\[\]\.error$/, 'ScriptedError'],
  [/^Toolset\.spec\.tools\[\]$/, 'ToolDeclaration'],
  [/^Toolset\.spec\.tools\[\]\.idempotency$/, 'ToolIdempotency'],
  [/\.retry$/, 'Retry'],
  [/^Toolset\.spec\.tools\[\]\.risk$/, 'Risk'],
  [/^Toolset\.status\.tools\[\]$/, 'DiscoveredTool'],
  [/^Policy\.spec\.rules\[\]$/, 'PolicyRule'],
  [/\.matchExpressions\[\]$/, 'LabelRequirement'],
  [/\.matchExpressions\[\]\.operator$/, 'LabelOperator'],
  [/\.steps\[\]\.phase$/, 'StepPhase'],
  [/^Session\.spec\.cause\.type$/, 'SessionCauseType'],
  [/\.phase$/, 'SessionPhase'],
  [/\.usage\.byRole\[\]$/, 'RoleUsage'],
];

/** The type name of what stands at `path`, for example `Flow.spec.trigger.onChange` gives `FlowOnChange`. */
export function nameOf(path: string): string {
  for (const [pattern, name] of named) {
    const match = pattern.exec(path);
    if (match !== null) return name.replace('$1', match[1] ?? '');
  }
  const parts = path.split('.');
  const last = parts.at(-1) ?? '';
  const singular = last.endsWith('ies[]') ? `${last.slice(0, -5)}y` : last.replace(/s?\[\]$/, '');
  return `${parts[0] ?? ''}${singular.charAt(0).toUpperCase()}${singular.slice(1)}`;
}
