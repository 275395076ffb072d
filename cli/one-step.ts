import {
  didYouMean,
  OrketError,
  validateResource,
  type Flow,
  type JsonObject,
  type JsonValue,
  type Resource,
} from '#crds';

export interface OneStep {
  /** A role, or TOOLSET.TOOL. */
  readonly name: string;
  readonly band: string | undefined;
  readonly venue: string | undefined;
  /** What a role is told to do. */
  readonly task: string;
  /** Keys of the input that it gets. */
  readonly keys: readonly string[];
}

/**
 * A Flow of one step that calls one role or tool of some manifests, made up of what is there. What a tool does not need
 * (a Band, a Venue) is made up where there is none. Throws Usage with what there is to choose from.
 */
export function oneStepFlow(
  wanted: OneStep,
  resources: readonly Resource[],
): { readonly flow: Flow; readonly resources: readonly Resource[] } {
  const isTool = wanted.name.includes('.');
  const bands = named(resources, 'Band', isTool ? undefined : wanted.band).filter(
    ({ spec }) => isTool || spec.roles.some(({ name }) => name === wanted.name),
  );
  if (!isTool && bands.length === 0) throw noRole(wanted.name, resources);
  const namespace = (bands[0] ?? resources[0])?.metadata.namespace;
  const band = isTool ? made('Band', bandNobody, namespace) : only(bands, '--band');
  const venues = named(resources, 'Venue', wanted.venue);
  const venue =
    isTool && venues.length === 0 ? made('Venue', venueSilent, namespace) : only(venues, '--venue', 'Venue');
  const step = isTool
    ? { id: 'call', tool: wanted.name, input: inputOf(wanted.keys) }
    : { id: 'call', role: wanted.name, task: wanted.task, input: inputOf(wanted.keys) };
  const score = made('Score', { steps: [step] }, namespace);
  const flow = made(
    'Flow',
    {
      bandRef: { name: band.metadata.name },
      venueRef: { name: venue.metadata.name },
      scoreRef: { name: score.metadata.name },
      toolsetRefs: named(resources, 'Toolset', undefined).map(({ metadata }) => ({ name: metadata.name })),
      trigger: {},
      ...inputSchemaOf(wanted.name, band, resources),
    },
    namespace,
    flowName(wanted.name),
  );
  return {
    flow,
    resources: [...resources.filter((each) => each !== band && each !== venue), band, venue, score, flow],
  };
}

/** What the input of the step is made of: each key of the Session's inputs as it is. */
function inputOf(keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [key, `\${{ inputs[${JSON.stringify(key)}] }}`]));
}

/** What is called says what it takes, so that texts of the command line are typed by that. */
function inputSchemaOf(name: string, band: Of<'Band'>, resources: readonly Resource[]): { inputSchema?: JsonObject } {
  const [toolset = '', tool] = name.split('.', 2);
  const offered = named(resources, 'Toolset', toolset).flatMap(({ spec }) => spec.tools);
  const { inputSchema } =
    (tool === undefined ? band.spec.roles : offered).find((one) => one.name === (tool ?? name)) ?? {};
  return inputSchema === undefined ? {} : { inputSchema };
}

const madeName = 'one-step-call';
const bandNobody = { roles: [{ name: 'nobody', prompt: 'You are not asked.' }] };
const venueSilent = { provider: 'scripted', replies: [{ text: 'Nobody is asked.' }] };

type Of<K extends Resource['kind']> = Extract<Resource, { readonly kind: K }>;

function made<K extends Resource['kind']>(
  kind: K,
  spec: JsonValue | object,
  namespace = 'default',
  name = madeName,
): Of<K> {
  const object = { apiVersion: 'orket.dev/v1alpha1', kind, metadata: { name, namespace }, spec };
  const { resource, problems } = validateResource(JSON.parse(JSON.stringify(object)));
  if (resource !== undefined && isOf(kind, resource)) return resource;
  const [problem] = problems;
  throw new OrketError('Usage', problem?.message ?? 'this cannot be called', {
    at: problem?.path ?? kind,
    ...(problem?.expected === undefined ? {} : { expected: problem.expected }),
    ...(problem?.found === undefined ? {} : { found: problem.found }),
  });
}

function isOf<K extends Resource['kind']>(kind: K, resource: Resource): resource is Of<K> {
  return resource.kind === kind;
}

function named<K extends Resource['kind']>(resources: readonly Resource[], kind: K, name: string | undefined): Of<K>[] {
  return resources
    .filter((resource) => isOf(kind, resource))
    .filter(({ metadata }) => name === undefined || metadata.name === name);
}

function only<R extends Resource>(found: readonly R[], flag: string, kind = found[0]?.kind ?? 'Band'): R {
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const names = found.map(({ metadata }) => metadata.name).toSorted();
  throw new OrketError(
    'Usage',
    first === undefined ? `there is no such ${kind} here` : `there are several ${kind}s here`,
    {
      expected: `exactly one ${kind}, or ${flag} NAME`,
      found: names.length === 0 ? 'none' : names.join(', '),
    },
  );
}

function noRole(name: string, resources: readonly Resource[]): OrketError {
  const roles = named(resources, 'Band', undefined).flatMap(({ spec }) => spec.roles.map((role) => role.name));
  return new OrketError('Usage', `no Band here has a role ${JSON.stringify(name)}`, {
    expected: roles.length === 0 ? 'a Band; there is none' : `one of ${roles.toSorted().join(', ')}, or TOOLSET.TOOL`,
    found: JSON.stringify(name),
    remedy: didYouMean(name, roles).trim(),
  });
}

/** Names of Flows have at most 40 characters. */
function flowName(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `call-${plain}`.slice(0, 40).replace(/-+$/, '');
}
