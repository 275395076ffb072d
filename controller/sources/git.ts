import { simpleGit, type SimpleGit } from 'simple-git';

type Environment = Readonly<Record<string, string | undefined>>;

/** What git may see of the environment: enough to find itself, the user's credentials, and a way through a proxy. */
const passed = /^(?:PATH|HOME|TMPDIR|XDG_CONFIG_HOME|SSL_CERT_(?:FILE|DIR)|(?:https?|all|no)_proxy)$/i;

/** Hooks and monitors are programs that a repository names: they are switched off, which simple-git must be told to allow. */
const quiet = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.excludesFile=/dev/null'];

/** Git in a folder, on this machine's repositories or over https, never asking anybody and never for longer than minutes. */
export function gitIn(baseDir: string, environment: Environment): SimpleGit {
  return gitWith(baseDir, environment, 'file:https', quiet);
}

/**
 * Git that looks at a repository and fetches nothing for it: where objects are missing, what fetches them is a program
 * that the repository names.
 */
export function lookingGit(baseDir: string, environment: Environment, settings: readonly string[] = []): SimpleGit {
  return gitWith(baseDir, environment, 'none', [...quiet, ...settings]);
}

function gitWith(baseDir: string, environment: Environment, protocols: string, config: string[]): SimpleGit {
  const variables = Object.entries(environment).filter(([name, value]) => passed.test(name) && value !== undefined);
  const ours = { GIT_ALLOW_PROTOCOL: protocols, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  return simpleGit({
    baseDir,
    allowEnvironment: Object.keys(ours),
    config,
    unsafe: { allowUnsafeFsMonitor: true, allowUnsafeHooksPath: true },
    timeout: { block: 120_000 },
  }).env({ ...Object.fromEntries(variables), ...ours });
}
