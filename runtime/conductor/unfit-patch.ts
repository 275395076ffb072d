import {
  canonicalCopy,
  compileTemplate,
  doubtfulUses,
  mapTemplates,
  OrketError,
  readBundle,
  scopesOfStep,
  type Bundle,
  type BundleAdjustment,
  type BundlePatch,
  type Expression,
} from '#crds';
import type { Refusal } from '../inbox/refusal.ts';
import { lastId } from './bundle-steps.ts';

const ofStep: readonly string[] = ['task', 'input'];

/** Why what a patch sets cannot be set, null where it can: the bounds are those of the rules of a Flow. */
export function unfitPatch(change: BundleAdjustment, bundle: Bundle): Refusal | null {
  const { op, step, role, patch = {} } = change;
  if (op !== 'patch') return null;
  const keys = Object.keys(patch);
  const [stepKeys, roleKeys] = [
    keys.filter((key) => ofStep.includes(key)),
    keys.filter((key) => !ofStep.includes(key)),
  ];
  if (step === undefined && role !== undefined && stepKeys.length > 0) return misplaced('role', role, stepKeys);
  if (role === undefined && step !== undefined && roleKeys.length > 0) return misplaced('step', step, roleKeys);
  return outOfBounds(change, bundle) ?? brokenExpression(patch, seenBy(step, bundle));
}

function misplaced(kind: 'step' | 'role', name: string, keys: readonly string[]): Refusal {
  const [other, expected] =
    kind === 'role' ? ['step', 'prompt, instructions, model or params'] : ['role', 'task or input'];
  return {
    what: `${keys.join(', ')} cannot be set of ${kind} ${name}`,
    expected,
    found: keys.join(', '),
    remedy: `Patch the ${other} with it: --${other} NAME.`,
  };
}

/** A rule that says the same has to be one that a bundle may hold. */
function outOfBounds(adjust: BundleAdjustment, bundle: Bundle): Refusal | null {
  try {
    readBundle(canonicalCopy({ ...bundle, conductor: { rules: [{ name: 'person', when: 'true', adjust }] } }).value);
    return null;
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    const {
      at = '',
      expected = 'task and input of a step, or prompt, instructions, model and params of a role',
      found = 'another',
    } = error.detail;
    const place = at.replace(/^bundle\.conductor\.rules\[0\]\.adjust\./, '');
    return { what: `${place} cannot be set so`, expected, found, remedy: 'Set another value, or leave it out.' };
  }
}

const variables: readonly string[] = ['inputs', 'steps', 'item', 'index', 'iteration', 'previous'];

type Scope = ReturnType<typeof scopesOfStep>[number];

/** Of a step that several lists have, what each sees; a patch without a step is about the one at hand, whichever that is. */
function seenBy(step: string | undefined, bundle: Bundle): readonly Scope[] {
  return step === undefined ? [] : scopesOfStep(bundle, lastId(step));
}

function brokenExpression({ task, input = {} }: BundlePatch, scopes: readonly Scope[]): Refusal | null {
  let found: Refusal | null = null;
  mapTemplates({ ...(task === undefined ? {} : { task }), input }, (text, path) => {
    found ??= brokenIn(text, path, scopes);
    return text;
  });
  return found;
}

function brokenIn(text: string, path: string, scopes: readonly Scope[]): Refusal | null {
  if (!text.includes('${{')) return null;
  try {
    const used = compileTemplate(text).parts.filter((part) => typeof part !== 'string');
    const foreign = used.flatMap((part) => part.variables).find(({ name }) => !variables.includes(name));
    if (foreign === undefined) return unseen(used, path, scopes);
    return {
      what: `an expression of patch.${path} uses what steps do not see`,
      expected: variables.join(', '),
      found: foreign.name,
      remedy: '`orket explain expressions` says what each of them is.',
    };
  } catch (error) {
    if (!(error instanceof OrketError)) throw error;
    const {
      expected = 'CEL',
      found = 'another text',
      remedy = '`orket explain expressions` has the language.',
    } = error.detail;
    return { what: `patch.${path}: ${error.summary}`, expected, found, remedy };
  }
}

/** What no place of the step offers. One that offers it is enough: the patch may be meant for that one. */
function unseen(used: readonly Expression[], path: string, scopes: readonly Scope[]): Refusal | null {
  const doubts = scopes.map((scope) =>
    used.flatMap((expression) => doubtfulUses(expression, scope)).find(({ certain }) => certain),
  );
  const [first] = doubts;
  if (first === undefined || doubts.includes(undefined)) return null;
  const { message, expected, found, remedy } = first.complaint;
  return { what: `patch.${path}: ${message}`, expected, found, remedy };
}
