import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { Mastra } from '@mastra/core';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { LibSQLStore } from '@mastra/libsql';
import { z } from 'zod';
import { drive, resultOf } from './drive.mjs';

const schema = z.object({ index: z.number(), text: z.string() });

function workflowOf(steps) {
  let workflow = createWorkflow({ id: `steps-${steps}`, inputSchema: schema, outputSchema: schema });
  for (let index = 0; index < steps; index += 1) {
    const execute = async () => resultOf(index);
    workflow = workflow.then(createStep({ id: `s${index}`, inputSchema: schema, outputSchema: schema, execute }));
  }
  return workflow.commit();
}

await drive(async (folder) => {
  const client = createClient({ url: `file:${join(folder, 'mastra.db')}` });
  const storage = new LibSQLStore({ id: 'bench', client });
  await storage.init();
  const made = new Map();
  return {
    settings: 'libsql file, WAL, synchronous=FULL',
    run: async (steps) => {
      if (!made.has(steps)) {
        const workflow = workflowOf(steps);
        made.set(steps, new Mastra({ workflows: { workflow }, storage, logger: false }).getWorkflow('workflow'));
      }
      // It sets NORMAL itself, which loses what was answered when the power fails.
      await client.execute('PRAGMA synchronous=FULL');
      const run = await made.get(steps).createRun();
      const { status } = await run.start({ inputData: { index: 0, text: '' } });
      if (status !== 'success') throw new Error(`the workflow ended with ${status}`);
    },
    close: async () => client.close(),
  };
});
