/** The resource model: what the layers above may use of it. */
export { digestOf, digestOfBytes, isDigest, type Digest } from './canonical/digest.ts';
export {
  canonicalCopy,
  canonicalJson,
  isJsonArray,
  isJsonObject,
  MAX_DEPTH,
  parseJson,
  setOwn,
  type JsonObject,
  type JsonValue,
  type ParseLimits,
} from './canonical/json.ts';
export { counted } from './counted.ts';
export { formatInstant, formatSecond, parseInstant, type Instant } from './canonical/instant.ts';
export { catalogue, OrketError, type ErrorDetail, type Reason } from './errors.ts';
export type { Problem, Stage } from './problem.ts';
export {
  type Approvers,
  type Backend,
  type Band,
  type BandSpec,
  type BandStatus,
  type Block,
  type Condition,
  type ConditionStatus,
  type DiscoveredTool,
  type Flow,
  type FlowCounts,
  type FlowLastSession,
  type FlowLimits,
  type FlowOnChange,
  type FlowOutcome,
  type FlowResources,
  type FlowSpec,
  type FlowStatus,
  type FlowTrigger,
  type FlowWorkspace,
  type IdentityLevel,
  type Kind,
  type LabelOperator,
  type LabelRequirement,
  type ModelParams,
  type ObjectMeta,
  type OnExpiry,
  type OwnerReference,
  type PodReference,
  type Policy,
  type PolicyAction,
  type PolicyFlowSelector,
  type PolicyRule,
  type PolicySpec,
  type PolicyStatus,
  type ReadSpace,
  type Reference,
  type ReferenceSpace,
  type Resource,
  type Retry,
  type ResourceAmounts,
  type Risk,
  type Role,
  type RoleUsage,
  type Score,
  type ScoreSpec,
  type ScoreStatus,
  type ScriptedError,
  type ScriptedReply,
  type ScriptedToolCall,
  type ScriptedUsage,
  type SecretKeyReference,
  type Session,
  type SessionApproval,
  type SessionArtifact,
  type SessionFork,
  type SessionBundle,
  type SessionCause,
  type SessionCauseType,
  type SessionJournal,
  type SessionPendingApproval,
  type SessionPhase,
  type SessionProgress,
  type SessionRuntime,
  type SessionSpec,
  type SessionStatus,
  type SessionStep,
  type SessionTemplate,
  type SessionUsage,
  type Step,
  type StepApproval,
  type StepArtifact,
  type StepBranch,
  type StepForEach,
  type StepParallel,
  type StepPhase,
  type StepUntil,
  type TemplateMetadata,
  type ToolDeclaration,
  type ToolIdempotency,
  type Toolset,
  type ToolsetSource,
  type ToolsetSpec,
  type ToolsetStatus,
  type Venue,
  type VenueProvider,
  type VenueSpec,
  type VenueStatus,
  type VenueTimeouts,
  type WorkDomain,
  type WorkspacePolicy,
  type WorkspaceStorage,
  type WriteSpace,
} from './generated/resources.ts';
export { kindInfo, kindInfos, kindNamed, type KindInfo, type PrinterColumn } from './validate/kinds.ts';
export { didYouMean, suggest } from './validate/suggest.ts';
export { validateResource, type Validated, type ValidateOptions } from './validate/validate.ts';
export type { Finding } from './validate/finding.ts';
export { compileExpression, evaluate, evaluateCondition, type Expression } from './cel/expression.ts';
export { defaultFuel, Fuel, type FuelTable } from './cel/fuel.ts';
export {
  compileTemplate,
  mapTemplates,
  renderTemplate,
  renderText,
  renderValue,
  type Template,
} from './cel/template.ts';
export type { Variable } from './cel/variables.ts';
export type {
  Bundle,
  BundleBackend,
  BundleIdempotency,
  BundleLimits,
  BundlePrice,
  BundleReference,
  BundleReply,
  BundleRole,
  BundleRule,
  BundleTimeouts,
  BundleTool,
  BundleToolSource,
  BundleVenue,
  BundleWorkspace,
} from './bundle/bundle.ts';
export type {
  BundleConductor,
  BundleConductorRule,
  BundleAdjustment,
  BundlePatch,
  BundleHeuristics,
} from './bundle/conductor.ts';
export type {
  BundleRetry,
  BundleStep,
  BundleApproval,
  BundleApprovers,
  BundleParallel,
  BundleForEach,
  BundleUntil,
  BundleBlock,
  BundleScore,
} from './bundle/steps.ts';
export { checkManifests, type Checked, type CheckOptions } from './manifest/check.ts';
export type { Entry, EntryKind, ManifestFiles } from './manifest/files.ts';
export type { ManifestDocument } from './manifest/document.ts';
export { loadManifests, type Loaded } from './manifest/manifest.ts';
export { placeOf, type Locate, type Place } from './manifest/place.ts';
export { scopesOfStep } from './closure/bundle-views.ts';
export { checkClosure, resolveClosure, type Resolution } from './closure/closure.ts';
export { doubtfulUses } from './closure/expressions.ts';
export type { BuiltinTool } from './closure/builtin-tools.ts';
export { toolCode, type ToolCode } from './closure/tool-code.ts';
export { declarationDigest } from './closure/toolset.ts';
export type { Closure } from './closure/references.ts';
export { mergeInputs } from './closure/inputs.ts';
export { schemaAt } from './closure/schema-reference.ts';
export { selects } from './closure/selector.ts';
export { changeBundle, type BundleChange } from './bundle/change.ts';
export { bundleDigest, projectBundle, projectRules, type Resolved } from './bundle/project.ts';
export { readBundle, readCallLimits, readRules } from './bundle/read.ts';
