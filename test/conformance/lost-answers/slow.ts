import { defineTool } from 'orket/tool';

// Longer than an effect may take to begin once its intent is there.
await new Promise((resolve) => setTimeout(resolve, 5_500));

export default defineTool({ name: 'send', description: 'Sends.', input: { type: 'object' }, run: () => 'sent' });
