import type { BundleBlock, BundleScore, BundleStep } from './steps.ts';
import { digest, expression, label, retry, seconds, toolName } from './read-words.ts';
import { anyObject, flag, integer, list, mismatch, object, oneOf, text, type Reader } from './reader.ts';

const person = text(256);

/** What a step and a rule say alike of people. */
export const approvalFields = {
  approvers: object(
    {},
    {
      users: list(person, 32),
      groups: list(person, 32),
      notRequester: flag,
      quorum: integer(1, 16),
      minIdentity: oneOf('none', 'os-uid', 'token', 'forge', 'signature', 'apiserver'),
    },
  ),
  expiresAfterSeconds: integer(1, 2_592_000),
  onExpiry: oneOf('deny', 'allow', 'abort'),
};

const fields = object(
  { id: label },
  {
    role: label,
    tool: toolName,
    score: digest,
    approval: object({ message: text(8_192) }, approvalFields),
    parallel: object({ branches: list(object({ name: label, block: label }, {}), 16) }, { failFast: flag }),
    forEach: object(
      { items: expression, block: label },
      { concurrency: integer(1, 64), maxItems: integer(1, 10_000), failFast: flag },
    ),
    task: text(8_192),
    input: anyObject,
    when: expression,
    until: object({ condition: expression, maxIterations: integer(1, 1_000) }, {}),
    retry,
    timeoutSeconds: seconds,
    outputSchema: anyObject,
    artifact: object({ name: text(128), mediaType: text(128) }, { path: text(1_024) }),
  },
);

const step: Reader<BundleStep> = (value, at) => {
  const read = fields(value, at);
  const { role, tool, score, approval, parallel, forEach } = read;
  const given = [role, tool, score, approval, parallel, forEach].filter((work) => work !== undefined);
  if (given.length !== 1) {
    throw mismatch(at, 'exactly one of role, tool, score, approval, parallel and forEach', `${given.length}`);
  }
  return read;
};

export const steps: Reader<readonly BundleStep[]> = list(step, 64);

const block: Reader<BundleBlock> = object({ name: label, steps: list(step, 32) }, {});

export const blocks: Reader<readonly BundleBlock[]> = list(block, 32);

const score: Reader<BundleScore> = object({ digest, steps }, { blocks });

export const scores: Reader<readonly BundleScore[]> = list(score, 64);
