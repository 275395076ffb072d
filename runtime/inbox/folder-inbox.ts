import { constants, type Stats } from 'node:fs';
import { open, readdir, rename, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, OrketError, parseJson, type JsonValue } from '#crds';
import { isCode } from '../journal/file-ops.ts';
import type { Entry, Inbox } from './inbox.ts';
import { isMessageId, readMessage } from './message.ts';
import { systemPeople, type People } from './people.ts';
import { nobody, ownerOf, senderOf } from './sender.ts';
import { watchFolder } from './watch-folder.ts';

/** Bounds on one look: what is beyond waits for the next, when these are gone. */
const mostEntries = 256;
const mostBytesTogether = 16 * 1024 * 1024;
/** Bound on one message. */
export const mostMessageBytes = 1024 * 1024;
const mostDepth = 64;
/** Of what is no message that much is told. */
const mostShown = 256;

/**
 * An inbox in a folder. A file proves by its owner who wrote it and nothing more: what a message says of its sender
 * counts as far as that goes.
 */
export function folderInbox(folder: string, people: People = systemPeople): Inbox {
  return {
    async read() {
      const entries: Entry[] = [];
      let bytes = 0;
      for (const name of await namesIn(folder)) {
        if (entries.length >= mostEntries || bytes >= mostBytesTogether) break;
        const file = await readFile(join(folder, name));
        if (file === null) continue;
        bytes += file.text?.length ?? 0;
        entries.push(entryOf(name, file, people));
      }
      return entries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    async remove(id) {
      await takeAway(folder, `${id}${ending}`);
      if (!id.startsWith(unnamed)) return;
      for (const name of await namesIn(folder)) if (idOf(name) === id) await takeAway(folder, name);
    },
    watch: (arrived) => watchFolder(folder, arrived),
  };
}

const ending = '.json';
const unnamed = 'unnamed-';

/** Names of messages, sorted. What is still being written beside them begins with a dot. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(ending) && !name.startsWith('.')).toSorted();
}

/** A file that has no name of a message gets an ID all the same, so that it can be told of and taken away. */
function idOf(name: string): string {
  const id = name.slice(0, -ending.length);
  return isMessageId(id) ? id : `${unnamed}${digestOf(name).slice('sha256:'.length, 'sha256:'.length + 32)}`;
}

interface File {
  /** Null where there is none that may be read. */
  readonly text: string | null;
  readonly stat: Stats | null;
  readonly refused: string;
}

/** Null for one that went away meanwhile. Never follows a link and never waits for the other end of a pipe. */
async function readFile(path: string): Promise<File | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  let file: FileHandle;
  try {
    file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    if (isCode(error, 'ELOOP') || isCode(error, 'ENXIO') || isCode(error, 'EACCES'))
      return { text: null, stat: null, refused: 'this is no file that may be read' };
    throw error;
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return { text: null, stat: null, refused: 'this is no regular file' };
    const buffer = Buffer.alloc(Math.min(stat.size, mostMessageBytes) + 1);
    let filled = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled);
      filled += bytesRead;
      if (bytesRead === 0 || filled === buffer.length) break;
    }
    if (filled > mostMessageBytes) return { text: null, stat, refused: `it has more than ${mostMessageBytes} bytes` };
    return { text: new TextDecoder().decode(buffer.subarray(0, filled)), stat, refused: '' };
  } finally {
    await file.close();
  }
}

function entryOf(name: string, { text, stat, refused }: File, people: People): Entry {
  const id = idOf(name);
  const owner = (stat === null ? null : ownerOf(stat, people)) ?? nobody;
  const no = (why: string, content: JsonValue): Entry => ({ id, message: null, content, from: owner, refused: why });
  if (text === null || stat === null) return no(refused, null);
  const parsed = parse(text);
  if ('refused' in parsed) return no(parsed.refused, text.slice(0, mostShown).toWellFormed());
  const { content } = parsed;
  if (`${id}${ending}` !== name) return no('the name of its file can be no ID', content);
  const read = readMessage(content, id);
  if (read.message === null) return no(read.refused, content);
  const judged = senderOf(read.message.from, stat, people);
  if (judged.refused !== null) return { id, message: null, content, ...judged, refused: judged.refused };
  return { id, message: { ...read.message, from: judged.from }, content };
}

function parse(text: string): { readonly content: JsonValue } | { readonly refused: string } {
  try {
    return { content: parseJson(text, { bytes: mostMessageBytes, depth: mostDepth }) };
  } catch (error) {
    if (error instanceof OrketError) return { refused: error.message };
    throw error;
  }
}

/** What cannot be removed is put out of sight, so that nobody is told of it twice. */
async function takeAway(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  await unlink(path).catch(async (error: unknown) => {
    if (isCode(error, 'ENOENT')) return;
    if (!isCode(error, 'EISDIR') && !isCode(error, 'EPERM')) throw error;
    await rename(path, join(folder, `.${idOf(name)}.taken-away`));
  });
}
