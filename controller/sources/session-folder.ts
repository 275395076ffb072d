import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { canonicalCopy, didYouMean, OrketError, validateResource } from '#crds';
import type { Bundle, BundleRule, JsonValue, Session } from '#crds';
import { inlineFileOps, replaceDurably, systemCode, type InlineFileOps, type Launch } from '#runtime';

/** What tells one Flow of a state folder from another. */
export interface FlowKey {
  readonly namespace: string;
  readonly name: string;
}

/** `.orket/sessions/NAME/`: where a Session lives without a cluster. Every file is replaced as a whole, durably. */
export class SessionFolder {
  readonly path: string;
  readonly ops: InlineFileOps;
  readonly #name: string;

  /** Throws NotFound for what can be no name of a Session. */
  constructor(stateDir: string, name: string, ops: InlineFileOps = inlineFileOps) {
    if (!nameForm.test(name)) throw noSession(name, stateDir);
    this.#name = name;
    this.ops = ops;
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

  get inbox(): string {
    return join(this.path, 'inbox');
  }

  get workspace(): string {
    return join(this.path, 'workspace');
  }

  /** Rules of Policies as they are now. */
  get policies(): string {
    return join(this.path, 'policies.json');
  }

  /** Where state of a Flow outlives its Sessions: a Flow is its namespace and its name. */
  stateOf({ namespace, name }: FlowKey): string {
    return join(dirname(dirname(this.path)), 'state', namespace, name);
  }

  /** Makes the folder, and keeps the state out of git. Throws Usage where it cannot be written. */
  async create(): Promise<void> {
    const stateDir = dirname(dirname(this.path));
    try {
      for (const folder of [stateDir, dirname(this.path), this.path, this.workspace]) await makeFolder(folder);
      const ignore = join(stateDir, '.gitignore');
      if (!existsSync(ignore)) replaceDurably(ignore, '*\n', this.ops);
      // Also where they were there: whoever made them may have been killed before this.
      for (const folder of [stateDir, dirname(this.path), this.path]) this.ops.syncFolder(dirname(folder));
    } catch (cause) {
      throw new OrketError(
        'Usage',
        'the state cannot be written there',
        {
          at: stateDir,
          expected: 'a folder of this machine that this user may write, in one that exists',
          found: systemCode(cause) || 'an unknown error',
          remedy: 'Choose another folder with --state.',
        },
        cause,
      );
    }
  }

  async writeBundle(bundle: Bundle): Promise<void> {
    this.#replace(this.bundle, canonicalCopy(bundle).text);
  }

  async writeLaunch(launch: Launch): Promise<void> {
    this.#replace(this.launch, `${JSON.stringify(launch, null, 2)}\n`);
  }

  async writePolicies(rules: readonly BundleRule[]): Promise<void> {
    this.#replace(this.policies, canonicalCopy(rules).text);
  }

  async writeSession(session: Session): Promise<void> {
    this.#replace(this.resource, stringify(session, { lineWidth: 0 }));
  }

  /** Throws NotFound where there is no such Session, InvalidManifest where the file is none. */
  async readSession(): Promise<Session> {
    const found = this.#parse(await this.#text());
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

  #replace(path: string, text: string): void {
    written(path, () => replaceDurably(path, text, this.ops));
  }

  async #text(): Promise<string> {
    const size = await stat(this.resource).then(
      (found) => found.size,
      () => null,
    );
    if (size === null) {
      const stateDir = dirname(dirname(this.path));
      throw noSession(this.#name, stateDir, await sessionNames(stateDir));
    }
    if (size <= largestResource) return readFile(this.resource, 'utf8');
    throw new OrketError('InvalidManifest', 'this is no Session', {
      at: this.resource,
      expected: `at most ${largestResource} bytes`,
      found: `${size} bytes`,
    });
  }

  #parse(text: string): JsonValue {
    try {
      return canonicalCopy(parse(text, { maxAliasCount: 0, logLevel: 'error' })).value;
    } catch (cause) {
      const found = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]?.slice(0, 200) ?? '';
      const expected = 'the YAML that Orket wrote there';
      const remedy = 'The journal beside it still tells what happened: `orket verify` and `orket events` read it.';
      throw new OrketError(
        'InvalidManifest',
        'this is no Session',
        { at: this.resource, expected, found, remedy },
        cause,
      );
    }
  }
}

/** The status of a Session has 16 KiB at most, its inputs 64. */
const largestResource = 1024 * 1024;

function noSession(name: string, stateDir: string, names: readonly string[] = []): OrketError {
  return new OrketError('NotFound', `there is no Session ${JSON.stringify(name)}`, {
    at: stateDir,
    expected: 'the name of a Session of this state',
    found: 'nothing',
    remedy: `${didYouMean(name, names)}List what there is with \`orket get sessions\`.`,
  });
}

/** As Kubernetes takes it: what else is asked for cannot be there, and a path leads nowhere else. */
const nameForm = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Level by level: below some folders of the system `mkdir` with all parents never returns. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (systemCode(error) !== 'EEXIST') throw error;
  });
}

/** Names of the Sessions in a state folder, sorted; none where there is no such folder. Throws Usage for one that may not be read. */
export async function sessionNames(stateDir: string): Promise<readonly string[]> {
  const folder = join(stateDir, 'sessions');
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return [];
    const found = systemCode(cause) || 'an unknown error';
    throw new OrketError(
      'Usage',
      'the state cannot be read',
      { at: folder, expected: 'a folder that this user may read', found },
      cause,
    );
  });
  return entries
    .filter((entry) => entry.isDirectory() && nameForm.test(entry.name))
    .filter((entry) => existsSync(new SessionFolder(stateDir, entry.name).resource))
    .map((entry) => entry.name)
    .toSorted();
}

/** Writes a file of a Session. Throws `JournalWriteFailed` for what the system says against it. */
export function written(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const found = systemCode(cause) || 'an unknown error';
    const remedy = 'Free the disk; what the journal holds is safe, and `orket resume` goes on with it.';
    throw new OrketError(
      'JournalWriteFailed',
      'a file of a Session cannot be written',
      { at: path, found, remedy },
      cause,
    );
  }
}
