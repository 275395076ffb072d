import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isDigest, OrketError } from '#crds';

/**
 * Throws `ProviderNotAvailable` where a model file is not there, or is not the one that a bundle pins: what a launch names
 * may have been replaced since. A model that is no digest is not pinned.
 */
export async function expectModelFile(file: string, model: string, at: string): Promise<void> {
  await access(file).catch(() => {
    const remedy = 'Put the GGUF file there or correct "model" of the back end.';
    throw new OrketError('ProviderNotAvailable', 'the model file is missing', {
      at,
      expected: basename(file),
      remedy,
    });
  });
  if (!isDigest(model)) return;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  const found = `sha256:${hash.digest('hex')}`;
  if (found === model) return;
  throw new OrketError('ProviderNotAvailable', 'the model file is not the one that the Session is pinned to', {
    at,
    expected: model,
    found,
    remedy: `Bring ${basename(file)} back as it was, or start a new Session.`,
  });
}
