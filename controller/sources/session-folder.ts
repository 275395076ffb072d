import { mkdir, open, readFile, readdir, rename } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { canonicalCopy, OrketError, validateResource } from '#crds';
import type { Bundle, JsonValue, Session } from '#crds';
import type { Launch } from '#runtime';

/** `.orket/sessions/NAME/`: where a Session lives without a cluster. Every file is written aside, synced and renamed. */
export class SessionFolder {
  readonly path: string;

  constructor(stateDir: string, name: string) {
    this.path = join(stateDir, 'sessions', name);
  }

  get resource(): string {
    return join(this.path, 'session.yaml');
  }

  get bundle(): string {
    return join(this.path, 'bundle.json');
  }

  get launch(): string {
    return join(this.path, 'launch.json');
  }

  get journal(): string {
    return join(this.path, 'journal.jsonl');
  }

  get workspace(): string {
    return join(this.path, 'workspace');
  }

  async create(): Promise<void> {
    await mkdir(this.workspace, { recursive: true, mode: 0o700 });
  }

  async writeBundle(bundle: Bundle): Promise<void> {
    await replaceFile(this.bundle, canonicalCopy(bundle).text);
  }

  async writeLaunch(launch: Launch): Promise<void> {
    await replaceFile(this.launch, `${JSON.stringify(launch, null, 2)}\n`);
  }

  async writeSession(session: Session): Promise<void> {
    await replaceFile(this.resource, stringify(session, { lineWidth: 0 }));
  }

  /** Throws NotFound where there is no such Session, InvalidManifest where the file is none. */
  async readSession(): Promise<Session> {
    const text = await readFile(this.resource, 'utf8').catch((cause: unknown) => {
      throw new OrketError(
        'NotFound',
        'there is no such Session',
        {
          at: this.path,
          expected: 'session.yaml',
          found: 'nothing',
          remedy: 'List what there is with `orket get sessions`.',
        },
        cause,
      );
    });
    const found: JsonValue = canonicalCopy(parse(text)).value;
    const [problem] = validateResource(found).problems;
    if (problem !== undefined)
      throw new OrketError('InvalidManifest', problem.message, { at: this.resource, ...problem });
    // Judged as an update of itself it keeps its status, which a new object would lose.
    const { resource } = validateResource(found, { old: found });
    if (resource?.kind === 'Session') return resource;
    throw new OrketError('InvalidManifest', 'this is another kind', {
      at: this.resource,
      expected: 'a Session',
      found: resource?.kind ?? 'no resource',
    });
  }
}

/** Names of the Sessions in a state folder, sorted. */
export async function sessionNames(stateDir: string): Promise<readonly string[]> {
  const entries = await readdir(join(stateDir, 'sessions'), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(new SessionFolder(stateDir, entry.name).resource))
    .map((entry) => entry.name)
    .toSorted();
}

async function replaceFile(path: string, text: string): Promise<void> {
  const aside = `${path}.new`;
  const file = await open(aside, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}
