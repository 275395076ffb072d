import type { Bundle, BundleStep, BundleTool, Digest, JsonObject } from '#crds';
import { bundleOf, reply, roleOf, scoreOf, stepOf, toolOf } from '../session/bundles.ts';

/** A Session of which every point is one to be killed at, and what it stands for. */
export interface Kind {
  readonly name: string;
  readonly bundle: Bundle;
}

/** Where the tools of these bundles have what they do done, and of which tree their code is. */
export interface Places {
  readonly port: number;
  readonly tree: Digest;
}

/** One bundle for each kind of call, as small as it can be: every further record is five more places to die at. */
export function kindsAt(places: Places): readonly Kind[] {
  const of = (name: string, parts: Parameters<typeof bundleOf>[0]): Kind => ({ name, bundle: bundleOf(parts) });
  const effects = effectsAt(places);
  const input = (id: string): JsonObject => ({ id, port: places.port });
  const call = (tool: string): BundleStep => stepOf({ id: tool, tool: `effects.${tool}`, input: input(tool) });
  const write = (path: string, text: string): BundleStep =>
    stepOf({ id: path.slice(0, 1), tool: 'files.write', input: { path, text } });
  return [
    readOfAnItem(),
    of('write', { steps: [write('a.md', 'a'), stepOf({ id: 'r', tool: 'files.read', input: { path: 'a.md' } })] }),
    of('state', {
      roles: [],
      tools: [toolOf('state.get', 'stateGet'), toolOf('state.put', 'statePut')],
      steps: [
        stepOf({ id: 'p', tool: 'state.put', input: { key: 'seen', value: 'once', version: 0 } }),
        stepOf({ id: 'g', tool: 'state.get', input: { key: 'seen' } }),
      ],
    }),
    of('network', { ...effects, steps: [call('send')] }),
    of('destructive', { ...effects, policyRules: [], steps: [call('remove')] }),
    of('keyed', { ...effects, steps: [call('order')] }),
    of('probed', { ...effects, steps: [call('pay')] }),
    of('write by a tool of others', { ...effects, steps: [call('note')] }),
    of('reentrant', { ...effects, steps: [call('arrange')] }),
    of('model', {
      steps: [stepOf({ role: 'writer', task: 'Write.' })],
      venue: venueAt(places.port),
    }),
    of('worker', {
      ...effects,
      roles: [roleOf({ name: 'lead', callable: ['writer'] }), roleOf({ tools: ['effects.send'] })],
      steps: [stepOf({ role: 'lead', task: 'Lead.' })],
      replies: [
        reply('lead', 1, { toolCalls: [{ name: 'writer', arguments: { task: 'Send.' } }] }),
        reply('lead', 2, { text: 'Led.' }),
        reply('writer', 1, { toolCalls: [{ name: 'effects.send', arguments: input('worker') }] }),
        reply('writer', 2, { text: 'Sent.' }),
      ],
    }),
    of('parallel', {
      ...effects,
      steps: [
        stepOf({
          id: 'both',
          parallel: {
            branches: [
              { name: 'left', block: 'sending' },
              { name: 'right', block: 'writing' },
            ],
          },
        }),
      ],
      blocks: [
        { name: 'sending', steps: [call('send')] },
        { name: 'writing', steps: [write('p.md', 'p')] },
      ],
    }),
    of('rule on what was used', {
      roles: [roleOf({ name: 'lead', callable: ['writer'] }), roleOf()],
      policyRules: [{ match: 'usage.calls >= 1', action: 'deny' }],
      steps: [stepOf({ role: 'lead', task: 'Lead.' })],
      replies: [
        reply('lead', 1, { toolCalls: [{ name: 'writer', arguments: { task: 'Write.' } }] }),
        reply('lead', 2, { toolCalls: [{ name: 'files.write', arguments: { path: 'l.md', text: 'l' } }] }),
        { text: 'Done.' },
      ],
    }),
    of('gate', { steps: [stepOf({ id: 'ask', approval: { message: 'Go on?' } })] }),
    of('artifact', {
      steps: [
        stepOf({
          tool: 'files.write',
          // Long enough to lie in the pack.
          input: { path: 'r.md', text: 'report '.repeat(6_000) },
          artifact: { name: 'report', mediaType: 'text/markdown', path: 'r.md' },
        }),
      ],
    }),
  ];
}

/** A read for an item of a list, in a Score, with a share of a limit and under a rule that sees nothing of a kill. */
function readOfAnItem(): Kind {
  const inner = scoreOf([stepOf({ id: 'l', tool: 'files.list', input: { path: 'workspace:' } })]);
  const when = 'step.id == "l" && (attempt > 1 || usage.calls != 1)';
  const bundle = bundleOf({
    roles: [],
    limits: { calls: 10 },
    scores: [inner],
    blocks: [{ name: 'item', steps: [stepOf({ id: 'in', score: inner.digest })] }],
    steps: [stepOf({ id: 'each', forEach: { items: '["a"]', block: 'item' } })],
    conductor: { mode: 'auto', rules: [{ name: 'never', when, adjust: { op: 'abort' } }] },
  });
  return { name: 'read of an item', bundle };
}

/** A tool in Python that has something done, and that nobody can ask afterwards. */
export function inPython(places: Places): Kind {
  const source = { type: 'python', tree: places.tree, entry: 'effects.py', tool: 'send' } as const;
  const inputSchema = {
    type: 'object',
    properties: { port: { type: 'integer' }, id: { type: 'string' } },
    required: ['port', 'id'],
    additionalProperties: false,
  };
  const tools: readonly BundleTool[] = [{ name: 'effects.send', source, inputSchema, risk: 'network' }];
  const steps = [stepOf({ id: 'send', tool: 'effects.send', input: { id: 'send', port: places.port } })];
  const { policyRules = [] } = effectsAt(places);
  return { name: 'in Python', bundle: bundleOf({ roles: [], tools, policyRules, steps }) };
}

/** Things to be done of which no more than so many may be asked for. */
export function boundedEffects(places: Places, calls: number): Kind {
  const steps = ['one', 'two'].map((id) => stepOf({ id, tool: 'effects.order', input: { id, port: places.port } }));
  return { name: `at most ${calls} effects`, bundle: bundleOf({ ...effectsAt(places), steps, limits: { calls } }) };
}

/** Turns of a model that may use no more than so many tokens. */
export function boundedTurns({ port }: Places, tokens: number): Kind {
  const roles = [roleOf({ params: { maxTokens: 50 } })];
  return { name: `at most ${tokens} tokens`, bundle: bundleOf({ roles, venue: venueAt(port), limits: { tokens } }) };
}

function venueAt(port: number): Bundle['venue'] {
  const backends = [{ name: 'main', model: 'm', baseURL: `http://127.0.0.1:${port}/v1` }];
  return { provider: 'openai', backends, stream: false };
}

function effectsAt({ tree }: Places): Pick<Bundle, 'tools' | 'policyRules'> {
  const tool = (name: string, parts: Partial<BundleTool>): BundleTool => ({
    name: `effects.${name}`,
    source: { type: 'module', tree, entry: 'effects.js', tool: name },
    inputSchema: { type: 'object' },
    risk: 'network',
    ...parts,
  });
  const tools = [
    tool('arrange', { reentrant: true }),
    tool('note', { risk: 'write' }),
    tool('order', { idempotency: { mode: 'keyed' } }),
    tool('paid', { idempotency: { mode: 'safe' } }),
    tool('pay', { idempotency: { mode: 'probe', probe: 'effects.paid' } }),
    tool('remove', { risk: 'destructive' }),
    tool('send', {}),
  ];
  const builtins = bundleOf().tools ?? [];
  return {
    tools: [...tools, ...builtins],
    policyRules: [{ match: 'call.name.startsWith("effects.")', action: 'allow' }],
  };
}
