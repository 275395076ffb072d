import { canonicalJson, digestOfBytes, type JsonValue, type StepArtifact } from '#crds';
import type { Draft } from '../journal/record.ts';
import type { Place } from './place.ts';

/**
 * Keeps a step's artifact in the journal: a file of the Workspace where a path is given, else the step's output, text
 * as it is and everything else as canonical JSON. Throws what reading the file throws.
 */
export async function keepArtifact(
  { name, mediaType, path: file }: StepArtifact,
  output: JsonValue,
  path: string,
  { run, workspace }: Place,
): Promise<void> {
  const make = async (): Promise<Draft<'artifact.written'>> => {
    const bytes = file === undefined ? bytesOf(output) : await workspace.readFile(`workspace:${file}`);
    const origin = file === undefined ? 'output' : `workspace:${file}`;
    const content = await run.trail.keep(bytes);
    const body = { name, mediaType, digest: digestOfBytes(bytes), bytes: bytes.length, content, origin };
    return { type: 'artifact.written', path, body };
  };
  await run.trail.once({ type: 'artifact.written', path, make });
}

function bytesOf(output: JsonValue): Uint8Array {
  return Buffer.from(typeof output === 'string' ? output : canonicalJson(output));
}
