import { digestOfBytes, OrketError, type Digest } from '#crds';
import type { Draft } from '../journal/record.ts';
import type { Mask } from '../secrets/mask.ts';
import type { Run } from './run.ts';

export interface GivenArtifact {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

// What a Score may call an artifact of a step, and say of what it is.
const nameForm = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const mediaTypeForm = /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/;
const longestText = 128;

/**
 * Keeps what a call gives as an artifact of the Session, once at its path, masked, and gives its digest. Throws
 * `InputRefused` for a name, a media type or a content that no artifact has, `StorageExceeded` where with it the call
 * has given too much `inAll`, `ToolDiverged` where it gave something else there before.
 */
export async function keepGiven(
  run: Run,
  path: string,
  given: GivenArtifact,
  inAll: { readonly artifacts: number; readonly bytes: number },
): Promise<Digest> {
  const { name, mediaType } = given;
  check('name', name, nameForm, 'letters, digits, ".", "_" and "-"');
  check('mediaType', mediaType, mediaTypeForm, 'a media type such as text/plain');
  const { fileBytes: most, callFiles, callBytes } = run.semantics.fileLimits;
  if (given.content.length > most) throw refused('content', `at most ${most} bytes`, `${given.content.length} bytes`);
  if (inAll.artifacts > callFiles || inAll.bytes > callBytes) {
    const expected = `at most ${callFiles} artifacts and ${callBytes} bytes`;
    throw new OrketError('StorageExceeded', 'one call gives too many artifacts', { at: path, expected });
  }
  const content = masked(given.content, run.mask);
  const digest = digestOfBytes(content);
  const make = async (): Promise<Draft<'artifact.written'>> => {
    const kept = await run.trail.keep(content);
    const body = { name, mediaType, digest, bytes: content.length, content: kept, origin: 'call' };
    return { type: 'artifact.written', path, body };
  };
  const { body } = await run.trail.once({ type: 'artifact.written', path, make });
  if (body.digest === digest && body.name === name && body.mediaType === mediaType) return digest;
  throw new OrketError('ToolDiverged', 'the tool gives another artifact than it gave before', {
    at: path,
    expected: `${body.name} ${body.digest}`,
    found: `${name} ${digest}`,
  });
}

function check(at: string, text: string, form: RegExp, expected: string): void {
  if (text.length <= longestText && form.test(text)) return;
  throw refused(at, `${expected}, at most ${longestText}`, JSON.stringify(text.slice(0, longestText)));
}

/** Text is masked; of anything else a part that is replaced would break the rest. */
function masked(content: Uint8Array, mask: Mask): Uint8Array {
  if (mask.empty) return content;
  const text = Buffer.from(content).toString('utf8');
  const shown = mask.text(text);
  if (shown === text) return content;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.equals(content)) return Buffer.from(shown, 'utf8');
  throw refused('content', 'no secret in what is no text', 'the value of one');
}

function refused(at: string, expected: string, found: string): OrketError {
  return new OrketError('InputRefused', 'the artifact cannot be kept', { at, expected, found });
}
