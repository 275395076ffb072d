import { OrketError } from '#crds';
import type { GenerateOptions, ModelRequest, ModelResponse } from '../../runtime/models/provider.ts';
import type { SessionRig } from './rig.ts';

/** Gives a Session a model that gives one answer after another, the last for ever, and keeps what it was asked. */
export function answering(
  rig: SessionRig,
  answers: readonly (Partial<ModelResponse> | OrketError)[],
  hear: (options: GenerateOptions) => void = () => {},
): readonly ModelRequest[] {
  const asked: ModelRequest[] = [];
  rig.provider = {
    generate: async (request, options) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? {};
      asked.push(request);
      hear(options);
      if (answer instanceof OrketError) throw answer;
      return { text: '', toolCalls: [], finish: 'stop', usage: null, backend: 'test', ...answer };
    },
    close: async () => {},
  };
  return asked;
}
