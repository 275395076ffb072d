import { StringDecoder } from 'node:string_decoder';
import { chunksOf, type KubeAnswer } from './transport.ts';

/**
 * The lines of a body as they arrive, without their ends. Throws for silence longer than `silenceMs`, for a line longer than
 * `mostCharacters` UTF-16 units, and for half a line at the end.
 */
export async function* linesOf(answer: KubeAnswer, silenceMs: number, mostCharacters: number): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunksOf(answer, silenceMs)) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > mostCharacters) throw new Error(`a line over ${mostCharacters} characters`);
    yield* lines;
  }
  if (rest !== '') throw new Error('half a line at the end');
}
