import { digestOf, digestOfBytes, type Digest } from '#crds';
import { stablePath } from '../../call/path.ts';
import { answersInText, readJsonAnswer } from './answers.ts';
import { builtinDefaults, builtinDefinitions } from './builtin-tools.ts';
import { defaults, verdictByDefault } from './defaults.ts';
import { fileLimits } from './file-limits.ts';
import { fuel } from './fuel.ts';
import { filesNamed } from './files-named.ts';
import { callDigest, gateDigest } from './gate-digest.ts';
import { messages } from './messages.ts';
import { assignmentSchema, openingMessages, readAssignment, reportSchema } from './prompt.ts';
import { messageJson, requestDigest, requestDigests } from './request-digest.ts';
import { random, uuid } from './chance.ts';
import { backoffOf, retryPauseMs } from './retry.ts';
import { patchedRole, patchedStep } from './patches.ts';
import { schemaShape } from '../../call/schema-shape.ts';
import { signalsOf } from './signals.ts';
import { readResponse, responseJson } from './response.ts';
import { stateDigest, stateEntries } from './state-digest.ts';

/**
 * Everything that shapes the bytes of a request, a path, a default or a verdict. Frozen once released: a change is a new
 * number beside this one, so that a Session goes on, and is replayed, as it began.
 */
export const semantics1 = {
  number: 1,
  defaults,
  verdictByDefault,
  fuel,
  fileLimits,
  builtinDefinitions,
  builtinDefaults,
  messages,
  assignmentSchema,
  readAssignment,
  reportSchema,
  openingMessages,
  answersInText,
  readJsonAnswer,
  requestDigest,
  requestDigests,
  responseJson,
  readResponse,
  messageJson,
  stateDigest,
  stateEntries,
  backoffOf,
  retryPauseMs,
  patchedRole,
  patchedStep,
  signalsOf,
  schemaShape,
  random,
  uuid,
  filesNamed,
  callDigest,
  gateDigest,
  /** The same in every attempt, so that whoever performs a call can tell a repeat. */
  idempotencyKey: (uid: string, path: string): Digest => digestOf([uid, stablePath(path)]),
  /** The id of what a rule or a heuristic does, by which people apply or revert it; `about` is what it is the same for. */
  adjustmentId: (by: string, about: string): string =>
    `${by}.${digestOfBytes(about).slice('sha256:'.length, 'sha256:'.length + 8)}`,
  /** The id of a tool call, from where it is and never from a server. Servers allow 40 letters, digits, `_` and `-`. */
  callId: (path: string): string =>
    `call_${digestOfBytes(stablePath(path)).slice('sha256:'.length, 'sha256:'.length + 24)}`,
} as const;
