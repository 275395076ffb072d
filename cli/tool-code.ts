import { resolve } from 'node:path';
import { didYouMean, OrketError, placeOf, toolCode, type Problem, type Toolset } from '#crds';
import { pathProblems } from '#controller';
import { differencesOf, withOffers, type Difference, type Offer, type Offers, type ToolCodeAt } from '#runtime';
import type { Shell } from './commands/verb.ts';
import type { OfRoot } from './roots.ts';

/** What asking the code of Toolsets came to. */
export interface CodeVerdict {
  /** What a run would fail with. */
  readonly problems: readonly Problem[];
  /** What is not wrong and hardly meant. */
  readonly warnings: readonly Problem[];
  /** How many Toolsets have code that was not asked: nothing here keeps it apart, or it took too long. */
  readonly unasked: number;
}

interface Coded {
  readonly toolset: Toolset;
  readonly code: ToolCodeAt;
}

/** All code together is asked no longer than that. */
const mostMs = 30_000;

/**
 * Asks the code of Toolsets which tools it has, in tool hosts as a run does, and holds that against what they declare.
 * Starts nothing where no Toolset has code. Null where the terminal's signal fires before that is done.
 */
export async function judgeToolCode(
  roots: readonly OfRoot[],
  { sessionCommand, terminal, clock }: Pick<Shell, 'sessionCommand' | 'terminal' | 'clock'>,
): Promise<CodeVerdict | null> {
  const all = roots.flatMap(codedIn);
  if (all.length === 0) return { problems: [], warnings: [], unasked: 0 };
  const { environment, signal } = terminal;
  return withOffers(sessionCommand.at(-1) ?? '', environment['PATH'] ?? '', async (offers) => {
    const late = new AbortController();
    const inTime = clock.schedule(mostMs, () => late.abort());
    const over = AbortSignal.any([signal, late.signal]);
    const answers = await answersOf(all, offers, over).finally(inTime);
    if (signal.aborted) return null;
    const asked = all.flatMap((each) => {
      const offer = answers.get(keyOf(each.code));
      return offer === undefined ? [] : [{ ...each, offer }];
    });
    return {
      problems: asked.flatMap(({ toolset, offer }) => problemsOf(toolset, offer)),
      warnings: asked.flatMap(({ toolset, code, offer }) => undeclared(toolset, offer, declaredBy(all, code))),
      unasked: all.length - asked.length,
    };
  });
}

/** What code answers, each once, as far as `over` leaves time for it. */
async function answersOf(
  all: readonly Coded[],
  offers: Offers | null,
  over: AbortSignal,
): Promise<ReadonlyMap<string, Offer>> {
  const answers = new Map<string, Offer>();
  if (offers === null) return answers;
  for (const { code } of all) {
    if (answers.has(keyOf(code))) continue;
    try {
      answers.set(keyOf(code), await offers.of(code, over));
    } catch (error) {
      if (over.aborted) break;
      throw error;
    }
  }
  return answers;
}

/** Toolsets whose code is where they say. */
function codedIn({ root, resources }: OfRoot): readonly Coded[] {
  return resources.flatMap((toolset) => {
    if (toolset.kind !== 'Toolset' || pathProblems([toolset], root).length > 0) return [];
    const { source } = toolset.spec;
    const code = toolCode(toolset);
    if (code === undefined || source === 'builtin') return [];
    return [{ toolset, code: { type: source, folder: resolve(root, code.folder), entry: code.entry } }];
  });
}

function keyOf({ type, folder, entry }: ToolCodeAt): string {
  return JSON.stringify([type, folder, entry]);
}

function declaredBy(all: readonly Coded[], code: ToolCodeAt): ReadonlySet<string> {
  const same = all.filter((other) => keyOf(other.code) === keyOf(code));
  return new Set(same.flatMap(({ toolset }) => toolset.spec.tools.map(({ name }) => name)));
}

function problemsOf(toolset: Toolset, offer: Offer): readonly Problem[] {
  if (offer instanceof OrketError) return [unusable(toolset, offer)];
  const names = offer.map(({ name }) => name);
  return toolset.spec.tools.flatMap((tool, index) =>
    differencesOf(offer, tool).map((difference) =>
      problemAt(toolset, `spec.tools[${index}].${difference.of}`, told(difference, tool.name, names)),
    ),
  );
}

type Told = Pick<Problem, 'message' | 'expected' | 'found' | 'remedy'>;

function told({ of, declared, offered }: Difference, name: string, names: readonly string[]): Told {
  if (of === 'name') {
    return {
      message: `the code has no tool ${JSON.stringify(name)}`,
      expected: names.length === 0 ? 'a tool of the code; it has none' : `one of ${names.toSorted().join(', ')}`,
      found: JSON.stringify(name),
      remedy: `${didYouMean(name, names)}Name a tool as its code does, or add it to the code.`,
    };
  }
  return {
    message: `the code of ${JSON.stringify(name)} has another ${of}`,
    expected: of === 'risk' ? `at least ${offered}, as the code says` : `${offered}, as the code says`,
    found: of === 'risk' ? declared.replace(/^at most (\w+).*$/, '$1') : declared,
    remedy: 'Make the Toolset and its code say the same.',
  };
}

function unusable(toolset: Toolset, { summary, detail }: OrketError): Problem {
  const { at, expected = 'code that says which tools it has', found = 'nothing', remedy } = detail;
  const field = toolset.spec.entry === undefined ? 'spec.path' : 'spec.entry';
  return problemAt(toolset, field, {
    message: at === undefined ? summary : `${summary} (${at})`,
    expected,
    found,
    remedy: remedy ?? 'Correct the code: a run would end there as well.',
  });
}

/** A tool that no Toolset of this code declares: nobody can call it. */
function undeclared(toolset: Toolset, offer: Offer, declared: ReadonlySet<string>): readonly Problem[] {
  if (offer instanceof OrketError) return [];
  const left = offer.map(({ name }) => name).filter((name) => !declared.has(name));
  return left.map((name) =>
    problemAt(toolset, 'spec.tools', {
      message: `the code has a tool ${JSON.stringify(name)} that is not declared`,
      expected: 'each tool of the code under tools',
      found: [...declared].toSorted().join(', '),
      remedy: 'Nobody can call it until it is declared.',
    }),
  );
}

function problemAt(toolset: Toolset, path: string, problem: Told): Problem {
  return { stage: 'closure', reason: 'ToolsNotReachable', ...placeOf(toolset, path), path, ...problem };
}
