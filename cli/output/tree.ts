import { parseInstant } from '#crds';
import { isTaken, splitAttempt, type JournalRecord } from '#runtime';
import { decidedText } from './decided-text.ts';
import { duration } from './duration.ts';
import { oneLine } from './printable.ts';
import { table } from './table.ts';

/** What happened at one path: a step, a call, a model turn or a gate. */
export interface TreeNode {
  readonly path: string;
  readonly what: string;
  readonly status: string;
  readonly startedMs: number;
  /** Null while it goes on, and where nobody knows what came of it. */
  readonly endedMs: number | null;
  readonly tokens: number;
  /** In 10^-12 of the unit of the Venue's prices, null where nothing has a price. */
  readonly picos: number | null;
  /** A fork took it over and did not do it. */
  readonly taken?: true;
  readonly children: readonly TreeNode[];
}

interface Growing {
  path: string;
  what: string;
  status: string;
  startedMs: number;
  endedMs: number | null;
  tokens: number;
  picos: number | null;
  taken?: true;
  children: Growing[];
}

/** Of a call that was made and whose process died before it had an answer. */
const unknownOutcome = 'outcome unknown';

/**
 * The calls of a Session as a tree, in the order in which they began; of a fork what it took over comes first. Only where a
 * process runs the Session does anything go on that has no end.
 */
export function treeOf(records: readonly JournalRecord[], { isRun }: { readonly isRun: boolean }): readonly TreeNode[] {
  const nodes = new Map<string, Growing>();
  const roots: Growing[] = [];
  const begin = (record: JournalRecord, what: string, status = 'running'): void => {
    const { path } = record;
    const known = nodes.get(path);
    // A next attempt of the Session that goes on with it is the same one still.
    if (known !== undefined) return;
    const startedMs = parseInstant(record.at);
    const node: Growing = { path, what, status, startedMs, endedMs: null, tokens: 0, picos: null, children: [] };
    if (isTaken(record)) node.taken = true;
    nodes.set(path, node);
    // Of what a fork goes on with it took over what lies below, and begins it anew.
    for (const root of roots.filter((one) => one.taken === true && one.path.startsWith(`${path}/`))) {
      roots.splice(roots.indexOf(root), 1);
      node.children.push(root);
    }
    (above(path, nodes)?.children ?? roots).push(node);
  };
  const end = (record: JournalRecord, status: string, tokens = 0, picos: number | null = null): void => {
    const node = nodes.get(record.path);
    if (node === undefined) return;
    node.status = status;
    node.endedMs = parseInstant(record.at);
    add(record.path, tokens, picos, nodes);
  };
  for (const record of records) fold(record, begin, end, nodes);
  if (!isRun) standStill(records, nodes);
  return roots;
}

/** What a process that is gone left: calls that may have happened, and around them what the next attempt goes on with. */
function standStill(records: readonly JournalRecord[], nodes: ReadonlyMap<string, Growing>): void {
  const last = records.at(-1);
  if (last === undefined) return;
  const effects = records.filter(({ type, body }) => type === 'call.intent' && body.recovery !== 'reenter');
  const made = new Set(effects.map(({ path }) => path));
  for (const node of nodes.values()) {
    if (node.status !== 'running') continue;
    if (made.has(node.path)) node.status = unknownOutcome;
    else if (last.type === 'session.parked') node.status = 'waits';
    else {
      node.status = 'broken off';
      node.endedMs = parseInstant(last.at);
    }
  }
}

type Begin = (record: JournalRecord, what: string, status?: string) => void;
type End = (record: JournalRecord, status: string, tokens?: number, picos?: number | null) => void;

function fold(record: JournalRecord, begin: Begin, end: End, nodes: ReadonlyMap<string, Growing>): void {
  switch (record.type) {
    case 'step.started':
      return begin(record, `${record.body.kind} ${record.body.name}`.trimEnd());
    case 'step.skipped':
      begin(record, 'step');
      return end(record, `skipped by ${record.body.by}`);
    case 'step.ended':
      return end(record, outcome(record.body));
    case 'call.intent':
      return begin(record, `${record.body.kind} ${record.body.name} (${record.body.risk})`);
    case 'call.outcome':
      return end(record, outcome(record.body));
    case 'call.denied':
      begin(record, `${record.body.kind} ${record.body.name} (${record.body.risk})`);
      return end(record, `denied: ${record.body.error.reason}`);
    case 'call.withdrawn':
      return end(record, 'not begun');
    case 'call.retried':
      return end(record, `${record.body.error.reason}, tried again`);
    case 'model.request':
      return begin(record, `model ${record.body.model === '' ? `of ${record.body.role}` : record.body.model}`);
    case 'model.response': {
      const { usage, error, picos } = record.body;
      const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
      return end(record, error === null ? 'answered' : error.reason, tokens, picos ?? null);
    }
    case 'gate.opened':
      if (record.body.kind === 'unknown') mark(nodes.get(parent(record.path) ?? ''), unknownOutcome);
      return begin(record, `gate g${record.seq}: ${record.body.message}`, 'waits');
    case 'gate.decided':
      if (record.body.verdict === 'retry') mark(nodes.get(parent(record.path) ?? ''), 'running');
      return end(record, decidedText(record.body));
    case 'session.ended':
      // What an end cut off goes on no more.
      for (const node of nodes.values()) {
        if (node.endedMs !== null || node.status === unknownOutcome) continue;
        node.status = 'cut off';
        node.endedMs = parseInstant(record.at);
      }
      return undefined;
    default:
      return undefined;
  }
}

function mark(node: Growing | undefined, status: string): void {
  if (node !== undefined) node.status = status;
}

function outcome({
  status,
  error,
}: {
  readonly status: string;
  readonly error: { readonly reason: string } | null;
}): string {
  return error === null ? status : `${status}: ${error.reason}`;
}

/** What used tokens, and everything that it was done for. */
function add(path: string, tokens: number, picos: number | null, nodes: ReadonlyMap<string, Growing>): void {
  for (let node = nodes.get(path); node !== undefined; node = above(node.path, nodes)) {
    node.tokens += tokens;
    if (picos !== null) node.picos = (node.picos ?? 0) + picos;
  }
}

/** The nearest path above that has a node; a call that waits has none of its own before its intent. */
function above(path: string, nodes: ReadonlyMap<string, Growing>): Growing | undefined {
  for (let up = parent(path); up !== null; up = parent(up)) {
    const node = nodes.get(up);
    if (node !== undefined) return node;
  }
  return undefined;
}

function parent(path: string): string | null {
  const at = path.lastIndexOf('/');
  return at < 0 ? null : path.slice(0, at);
}

/** The tree as a table for people. `now` stands for the end of what goes on. */
export function treeText(roots: readonly TreeNode[], now: number): string {
  const rows: string[][] = [];
  const row = (node: TreeNode, indent: string, last: boolean, depth: number): void => {
    const mark = depth === 0 ? '' : last ? '└─ ' : '├─ ';
    rows.push([
      oneLine(`${indent}${mark}${label(node.path)}  ${node.what}`),
      oneLine(node.taken === true ? `${node.status}, taken over` : node.status),
      node.taken === true || node.status === unknownOutcome ? '' : duration((node.endedMs ?? now) - node.startedMs),
      node.tokens === 0 ? '' : `${node.tokens}`,
      node.picos === null ? '' : cost(node.picos),
    ]);
    const below = depth === 0 ? indent : `${indent}${last ? '   ' : '│  '}`;
    node.children.forEach((child, index) => row(child, below, index === node.children.length - 1, depth + 1));
  };
  roots.forEach((root, index) => row(root, '', index === roots.length - 1, 0));
  return table(['CALL', 'STATUS', 'TIME', 'TOKENS', 'COST'], rows);
}

function label(path: string): string {
  const { base, attempt } = splitAttempt(path.slice(path.lastIndexOf('/') + 1));
  return attempt === 1 ? base : `${base} (attempt ${attempt})`;
}

/** With as many places as it takes to show that it is not nothing, at least two. */
export function cost(picos: number): string {
  const whole = picos / 1e12;
  const places = whole === 0 || whole >= 0.01 ? 2 : 6;
  return whole.toFixed(places);
}
