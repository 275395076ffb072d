import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { OrketError, type Closure } from '#crds';

type Environment = Readonly<Record<string, string | undefined>>;

const maxBytes = 64 * 1024;

/**
 * The secrets that a closure names, by `NAME/KEY`, from `ORKET_SECRET_<NAME>_<KEY>`, else from
 * `$XDG_CONFIG_HOME/orket/secrets/NAME/KEY`, which nobody else may read. One newline at the end is not part of either. Throws NotFound with both places.
 */
export async function readSecrets({ venue }: Closure, environment: Environment): Promise<ReadonlyMap<string, string>> {
  const refs = (venue.spec.backends ?? []).flatMap(({ apiKeySecretRef }) => apiKeySecretRef ?? []);
  return readNamedSecrets(
    refs.map(({ name, key }) => `${name}/${key}`),
    environment,
  );
}

/** The same by their names, `NAME/KEY`, as a launch has them. */
export async function readNamedSecrets(
  names: readonly string[],
  environment: Environment,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  for (const full of names) {
    const [name = '', key = ''] = full.split('/', 2);
    secrets.set(full, await readSecret(name, key, environment));
  }
  return secrets;
}

async function readSecret(name: string, key: string, environment: Environment): Promise<string> {
  const variable = `ORKET_SECRET_${name}_${key}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  const value = withoutLastNewline(environment[variable] ?? '');
  if (value !== '') return value;
  const folder = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const path = join(folder, 'orket', 'secrets', name, key);
  const text = await readPrivate(path);
  if (text !== null) return text;
  throw new OrketError('NotFound', `there is no secret ${name}, key ${key}`, {
    expected: `the variable ${variable}, or the file ${path} with mode 0600`,
    found: 'neither',
    remedy: 'Set one of them. It goes to the session process over a pipe and is masked wherever it would be recorded.',
  });
}

/** An editor ends a file with one, `$(cat FILE)` takes it off: the same key wherever it was put. */
function withoutLastNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}

async function readPrivate(path: string): Promise<string | null> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0 || size > maxBytes) {
      throw new OrketError('Usage', 'the file of a secret is open to others, or too large', {
        at: path,
        expected: `mode 0600, at most ${maxBytes} bytes`,
        found: `mode 0${(mode & 0o777).toString(8)}, ${size} bytes`,
        remedy: `chmod 600 ${path}`,
      });
    }
    return withoutLastNewline(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}
