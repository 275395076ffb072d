import { defineTool } from 'orket/tool';

interface Place {
  readonly warehouse: string;
}

export const list = defineTool<Place>({
  name: 'list',
  description: 'Lists the crates of a warehouse.',
  risk: 'network',
  input: {
    type: 'object',
    properties: { warehouse: { type: 'string' } },
    required: ['warehouse'],
    additionalProperties: false,
  },
  run: async ({ warehouse }, { signal }) => {
    const response = await fetch(`${warehouse}/crates`, { signal });
    return (await response.json()) as { crates: [] };
  },
});

export const discard = defineTool<Place & { readonly crate: string }>({
  name: 'discard',
  description: 'Throws a crate away, for ever.',
  risk: 'destructive',
  input: {
    type: 'object',
    properties: { warehouse: { type: 'string' }, crate: { type: 'string', pattern: '^crate-[0-9]+$' } },
    required: ['warehouse', 'crate'],
    additionalProperties: false,
  },
  run: async ({ warehouse, crate }, { signal }) => {
    const response = await fetch(`${warehouse}/crates/${crate}`, { method: 'DELETE', signal });
    if (!response.ok) throw new Error(`the warehouse answered ${response.status} for ${crate}`);
    return (await response.json()) as { left: number };
  },
});
