import type { ModelProvider } from './provider.ts';

/**
 * A provider whose code is loaded when it is first asked. A Session has written its first records by then, so neither a
 * client nor a model library delays its start.
 */
export function onFirstCall(open: () => Promise<ModelProvider>): ModelProvider {
  let opened: Promise<ModelProvider> | null = null;
  return {
    async generate(request, options) {
      opened ??= open();
      return (await opened).generate(request, options);
    },
    async close() {
      await (await opened)?.close();
    },
  };
}
