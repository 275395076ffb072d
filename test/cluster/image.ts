import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { posix } from 'node:path';
import { tarChunks, type TarEntry } from './tar.ts';

/** A file of an image: copied from this machine, given as text or bytes, a symbolic link, or an empty folder. */
export type ImageFile =
  | { readonly from: string; readonly mode?: number }
  | { readonly content: string | Uint8Array; readonly mode?: number }
  | { readonly link: string }
  | { readonly folder: true; readonly mode?: number };

/** Files by their absolute path in the image. */
export type ImageFiles = Readonly<Record<string, ImageFile>>;

export interface Image {
  /** What a pod's `image` says, such as `orket.dev/session:test`. */
  readonly ref: string;
  readonly files: ImageFiles;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `UID` or `UID:GID`. */
  readonly user?: string;
  readonly workdir?: string;
}

const mediaTypes = {
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
} as const;

/**
 * Writes an image of one layer as an OCI archive, without any engine. The same files give the same bytes.
 * Returns the digest of its manifest, `sha256:...`.
 */
export function packImage({ out, ...image }: Image & { readonly out: string }): string {
  const layer = blobOf(() => tarChunks(layerEntries(image.files)));
  const config = jsonBlob({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {
      ...(image.user === undefined ? {} : { User: image.user }),
      ...(image.workdir === undefined ? {} : { WorkingDir: image.workdir }),
      Env: Object.entries({ PATH: '/usr/local/bin:/usr/bin:/bin', ...image.env }).map(
        ([name, value]) => `${name}=${value}`,
      ),
      Entrypoint: image.entrypoint ?? [],
      Cmd: image.cmd ?? [],
    },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(mediaTypes.config, config),
    layers: [describe(mediaTypes.layer, layer)],
  });
  const annotations = {
    'io.containerd.image.name': image.ref,
    'org.opencontainers.image.ref.name': image.ref.split(':').at(-1),
  };
  const index = { schemaVersion: 2, manifests: [{ ...describe(mediaTypes.manifest, manifest), annotations }] };
  writeArchive(out, [
    jsonEntry('oci-layout', { imageLayoutVersion: '1.0.0' }),
    jsonEntry('index.json', index),
    ...[config, layer, manifest].map(blobEntry),
  ]);
  return manifest.digest;
}

interface Blob {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly chunks: () => Iterable<Uint8Array>;
}

/** Reads the chunks once for their digest; they are read again when they are written. */
function blobOf(chunks: () => Iterable<Uint8Array>): Blob {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (const chunk of chunks()) {
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
  }
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes, chunks };
}

function jsonBlob(value: unknown): Blob {
  const bytes = Buffer.from(JSON.stringify(value));
  return blobOf(() => [bytes]);
}

function describe(mediaType: string, { digest, sizeBytes }: Blob) {
  return { mediaType, digest, size: sizeBytes };
}

/** Every file and the folders above it, sorted, so that a folder comes before what it holds. */
function layerEntries(files: ImageFiles): readonly TarEntry[] {
  const entries = new Map<string, TarEntry>();
  for (const [path, file] of Object.entries(files)) {
    const name = posix.normalize(path).replace(/^\/+|\/+$/g, '');
    for (let parent = posix.dirname(name); parent !== '.'; parent = posix.dirname(parent)) {
      if (!entries.has(parent)) entries.set(parent, { path: parent, type: 'folder', mode: 0o755 });
    }
    entries.set(name, entryOf(name, file));
  }
  return [...entries.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function entryOf(path: string, file: ImageFile): TarEntry {
  if ('link' in file) return { path, type: 'link', target: file.link };
  if ('folder' in file) return { path, type: 'folder', mode: file.mode ?? 0o755 };
  const mode = file.mode ?? 0o644;
  if ('from' in file) return { path, type: 'file', mode, content: { from: file.from } };
  const content = typeof file.content === 'string' ? Buffer.from(file.content) : file.content;
  return { path, type: 'file', mode, content };
}

function jsonEntry(path: string, value: unknown): TarEntry {
  return { path, type: 'file', mode: 0o644, content: Buffer.from(JSON.stringify(value)) };
}

function blobEntry(blob: Blob): TarEntry {
  return { path: `blobs/${blob.digest.replace(':', '/')}`, type: 'file', mode: 0o644, content: blob };
}

function writeArchive(out: string, entries: readonly TarEntry[]): void {
  const unfinished = `${out}.${process.pid}.unfinished`;
  const file = openSync(unfinished, 'w');
  try {
    for (const chunk of tarChunks(entries)) writeSync(file, chunk);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, out);
}
