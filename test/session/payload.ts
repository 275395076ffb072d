import { bundleOf, reply, roleOf, stepOf } from './bundles.ts';
import { SessionRig } from './rig.ts';

const turnsOfRole = 25;

/**
 * How many times larger a journal and its pack are than what a model said: turns that write files of `bytes` each, an
 * artifact of one of them, and at the end of each step an answer as long. At most 32 turns fit a step.
 */
export async function journalAgainstPayload(turns: number, bytes: number): Promise<number> {
  const roles = Array.from({ length: Math.ceil(turns / turnsOfRole) }, (_none, index) => `writer-${index}`);
  const text = (place: string): string =>
    `${place} ${'time and tide wait for nobody; '.repeat(bytes / 30 + 1)}`.slice(0, bytes);
  const turnsOf = (index: number): number => Math.min(turnsOfRole, turns - index * turnsOfRole);
  const rig = new SessionRig(
    bundleOf({
      roles: roles.map((name) => roleOf({ name })),
      steps: roles.map((role) =>
        stepOf({
          id: role,
          role,
          task: 'Write.',
          artifact: { name: role, mediaType: 'text/plain', path: `${role}-1.md` },
        }),
      ),
      replies: roles.flatMap((role, index) => [
        ...Array.from({ length: turnsOf(index) - 1 }, (_none, turn) => {
          const path = `${role}-${turn + 1}.md`;
          return reply(role, turn + 1, { toolCalls: [{ name: 'files.write', arguments: { path, text: text(path) } }] });
        }),
        reply(role, turnsOf(index), { text: text(role) }),
      ]),
    }),
  );
  try {
    const { status } = await rig.run();
    if (status !== 'succeeded') throw new Error(`the Session ${status}`);
    const lines = rig.store.lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    return (lines + rig.store.packBytes().length) / (turns * bytes);
  } finally {
    rig.dispose();
  }
}
