import type { Digest } from '#crds';
import type { FileContent, JournalRecord, Recorded } from '../journal/record.ts';
import type { Recording } from '../replay/recording.ts';
import type { ForkFact, Keep } from '../journal/fork-facts.ts';

/**
 * A record as a fact of another Session: what it names by digest alone, or holds in the pack of its own, it has itself.
 * Messages of a request stay named where they repeat a response or an outcome: nothing reads them from there.
 */
export async function resolved(record: JournalRecord, { read, readFile }: Recording, keep: Keep): Promise<ForkFact> {
  const { path } = record;
  const value = async (held: Recorded | null, digest: Digest): Promise<Recorded> =>
    keep.value(await read(held, digest));
  const nullable = async (held: Recorded | null, digest: Digest | null): Promise<Recorded | null> =>
    digest === null ? null : value(held, digest);
  const file = async (held: FileContent | null, digest: Digest): Promise<FileContent> =>
    keep.file(await readFile(held, digest));
  switch (record.type) {
    case 'step.started':
    case 'call.intent':
    case 'call.denied':
    case 'gate.opened': {
      const input = await value(record.body.input, record.body.inputDigest);
      return { type: record.type, path, body: { ...record.body, input } } as ForkFact;
    }
    case 'step.ended': {
      const output = await nullable(record.body.output, record.body.outputDigest);
      return { type: record.type, path, body: { ...record.body, output } };
    }
    case 'call.outcome': {
      const output = await nullable(record.body.output, record.body.outputDigest);
      const changes = [];
      for (const change of record.body.changes)
        changes.push({ ...change, content: change.after === null ? null : await file(change.content, change.after) });
      return { type: record.type, path, body: { ...record.body, output, changes } };
    }
    case 'model.request': {
      const messages = [];
      for (const { digest, message } of record.body.messages)
        messages.push({ digest, message: message === null ? null : await value(message, digest) });
      return { type: record.type, path, body: { ...record.body, messages } };
    }
    case 'model.response': {
      const response = await nullable(record.body.response, record.body.responseDigest);
      return { type: record.type, path, body: { ...record.body, response } };
    }
    case 'artifact.written': {
      const content = await file(record.body.content, record.body.digest);
      return { type: record.type, path, body: { ...record.body, content } };
    }
    case 'gate.decided':
    case 'conductor.adjusted':
    case 'value.recorded': {
      const held = await nullable(record.body.value, record.body.valueDigest);
      return { type: record.type, path, body: { ...record.body, value: held } } as ForkFact;
    }
    default:
      return { type: record.type, path, body: record.body } as ForkFact;
  }
}
