import { didYouMean, OrketError } from '#crds';
import { exitCodes } from '../exit.ts';
import explanations from '../generated/explanations.json' with { type: 'json' };
import { table } from '../output/table.ts';
import type { Verb } from './verb.ts';

interface Explanation {
  readonly code?: string;
  readonly stage?: string;
  readonly means: string;
  readonly remedy: string;
}

const reasons = new Map<string, Explanation>(Object.entries(explanations.reasons));
const topics = new Map(Object.entries(explanations.topics));

export const explain: Verb = (program, { terminal }, run) => {
  program
    .command('explain')
    .argument('<what>', 'a reason, a code, or expressions')
    .summary('what an error means and what to do')
    .description('Says what a reason or a code of an error means and what to do about it, or what expressions can use.')
    .addHelpText(
      'after',
      '\nExamples:\n  orket explain ToolsNotReachable\n  orket explain ORK-2006\n  orket explain expressions',
    )
    .action(async (what: string) =>
      run(async () => {
        terminal.answer(explanationOf(what));
        return exitCodes.succeeded;
      }),
    );
};

/** Upper and lower case do not matter. Throws `NotFound` with what is near. */
export function explanationOf(what: string): string {
  const topic = topics.get(what.toLowerCase());
  if (topic !== undefined) {
    return topic
      .map(
        ({ title, headings, rows }) =>
          `${title}\n${table(
            headings.map((heading) => heading.toUpperCase()),
            rows,
          )}`,
      )
      .join('\n\n');
  }
  for (const [name, explanation] of reasons) {
    if (![name, explanation.code].some((one) => one?.toLowerCase() === what.toLowerCase())) continue;
    const { code, stage, means, remedy } = explanation;
    const kind = code ?? `a problem of a manifest, stage ${stage ?? ''}`;
    return [`${name} (${kind})`, `  ${means}`, `  ${remedy}`].join('\n');
  }
  const known = [...reasons.keys(), ...topics.keys()];
  throw new OrketError('NotFound', 'there is nothing of that name to explain', {
    at: 'explain',
    expected: 'a reason or a code as an error shows it, such as InvalidManifest or ORK-1001, or expressions',
    found: JSON.stringify(what.slice(0, 80)),
    remedy: `${didYouMean(what, known)}An error has both at the end of its first line.`,
  });
}
