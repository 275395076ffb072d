/** Manifests with defaults, so that a test shows only what matters to it. All together they are a Flow that runs. */
interface Overrides {
  readonly name?: string;
  readonly spec?: object;
}

const apiVersion = 'orket.dev/v1alpha1';

function resource(kind: string, name: string, spec: object): object {
  return { apiVersion, kind, metadata: { name }, spec };
}

export function flow({ name = 'demo', spec = {} }: Overrides = {}): object {
  const refs = { bandRef: { name: 'band' }, venueRef: { name: 'venue' }, scoreRef: { name: 'score' } };
  return resource('Flow', name, { ...refs, ...spec });
}

export function role(overrides: object = {}): object {
  return {
    name: 'worker',
    prompt: 'You work.',
    tools: ['files.read', 'files.write'],
    outputSchema: { type: 'string' },
    ...overrides,
  };
}

export function band({ name = 'band', spec = {} }: Overrides = {}): object {
  return resource('Band', name, { roles: [role()], ...spec });
}

export function scripted(...replies: readonly object[]): object {
  return resource('Venue', 'venue', {
    provider: 'scripted',
    replies: replies.length === 0 ? [{ text: 'done' }] : replies,
  });
}

/** A Venue that asks a server. */
export function server(baseURL: string, model: string, spec: object = {}): object {
  const backends = [{ name: 'server', baseURL, model, ...spec }];
  const timeouts = { connectSeconds: 5, firstTokenSeconds: 10, idleSeconds: 10, totalSeconds: 20 };
  return resource('Venue', 'venue', { provider: 'openai', backends, timeouts });
}

export function score(...steps: readonly object[]): object {
  return resource('Score', 'score', {
    steps: steps.length === 0 ? [{ id: 'work', role: 'worker', task: 'Work.' }] : steps,
  });
}

export interface Closure {
  readonly flow?: object;
  readonly band?: object;
  readonly venue?: object;
  readonly score?: object;
}

/** A whole closure, with what is given in place of the defaults. */
export function closure(given: Closure = {}): readonly object[] {
  return [given.flow ?? flow(), given.band ?? band(), given.venue ?? scripted(), given.score ?? score()];
}
