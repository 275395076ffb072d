import { describe, expect, it } from 'vitest';
import { bundleOf, reply, roleOf, stepOf, toolOf } from '../../test/session/bundles.ts';
import { MemoryStore } from '../../test/session/memory-store.ts';
import { SessionRig } from '../../test/session/rig.ts';
import { memoryState } from '../../test/session/memory-state.ts';
import type { StateStore } from '../state/state.ts';

/** A store that says what of it would survive a loss of power. */
class Platter extends MemoryStore {
  durable = 0;
  syncs = 0;

  override async append(...[lines, options]: Parameters<MemoryStore['append']>): Promise<void> {
    await super.append(lines, options);
    if (!options.sync) return;
    this.syncs += 1;
    this.durable = this.lines.length;
  }

  /** Types of records that would be lost and may not be once something else happens. */
  get owed(): readonly string[] {
    const types = this.lines.slice(this.durable).map((line) => String(JSON.parse(line).type));
    return types.filter((type) => ['call.outcome', 'model.response', 'input.received'].includes(type));
  }
}

const bundle = bundleOf({
  tools: [toolOf('state.put', 'statePut'), toolOf('files.write', 'write'), toolOf('files.list', 'list')],
  roles: [roleOf({ tools: ['files.list', 'files.write', 'state.put'] })],
  steps: [
    stepOf({ id: 'note', tool: 'state.put', input: { key: 'a', value: 1 } }),
    stepOf({ id: 'write', role: 'writer', task: 'Write.' }),
    stepOf({ id: 'again', tool: 'state.put', input: { key: 'b', value: 2 } }),
  ],
  replies: [
    reply('writer', 1, {
      toolCalls: [
        { name: 'files.list', arguments: { path: '.' } },
        { name: 'files.write', arguments: { path: 'a.md', text: 'a' } },
        { name: 'state.put', arguments: { key: 'c', value: 3 } },
      ],
    }),
    reply('writer', 2, { text: 'Done.' }),
  ],
});

describe('what is durable when something happens', () => {
  it('is every outcome, model answer and message before it, and its own intent', async () => {
    const rig = new SessionRig(bundle);
    const store = new Platter();
    const owed: (readonly string[])[] = [];
    const intents: (string | undefined)[] = [];
    const memory = memoryState();
    const state: StateStore = {
      get: (key) => memory.get(key),
      put: (...given) => {
        owed.push(store.owed);
        intents.push(store.lines.slice(0, store.durable).findLast((line) => line.includes('"type":"call.intent"')));
        return memory.put(...given);
      },
    };
    const { provider } = rig;
    rig.provider = {
      ...provider,
      generate: (request, options) => {
        owed.push(store.owed);
        return provider.generate(request, options);
      },
    };
    expect(await rig.run({ store, state })).toMatchObject({ status: 'succeeded' });
    expect(owed).toEqual([[], [], [], [], []]);
    expect(intents.map((line) => JSON.parse(line ?? '{}').path)).toEqual([
      'note#1~1',
      'write#1~1/t1~1/c3~1',
      'again#1~1',
    ]);
    expect(store.durable).toBe(store.lines.length);
    rig.dispose();
  });

  it('costs at most two syncs for each call that writes, and one where the next call comes soon', async () => {
    const steps = Array.from({ length: 40 }, (_none, index) =>
      stepOf({ id: `put-${index}`, tool: 'state.put', input: { key: `k${index}`, value: index } }),
    );
    const rig = new SessionRig({ ...bundle, steps });
    const store = new Platter();
    await rig.run({ store });
    const around = 2;
    expect(store.syncs).toBeGreaterThanOrEqual(steps.length + around);
    expect(store.syncs).toBeLessThanOrEqual(2 * steps.length + around);
    rig.dispose();
  });
});
