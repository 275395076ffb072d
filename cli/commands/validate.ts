import { Option } from 'commander';
import { counted } from '#crds';
import { exitCodes } from '../exit.ts';
import { load } from '../load.ts';
import { missingPaths } from '../missing-paths.ts';
import { problemText, warningText } from '../output/problems.ts';
import type { Verb } from './verb.ts';

interface ValidateFlags {
  readonly namespace?: string;
  readonly output: 'text' | 'json';
}

export const validate: Verb = (program, { terminal }, run) => {
  program
    .command('validate')
    .argument('<path...>', 'files or folders of manifests')
    .summary('check manifests as the API server would, and what it cannot check')
    .description(
      'Checks schema, CEL rules, references, expressions, inner schemas and paths. Nothing is run and nothing is sent.',
    )
    .addOption(new Option('-n, --namespace <name>', 'of manifests that name none, default "default"'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  orket validate examples/01-hello\n  orket validate flow.yaml band.yaml -o json',
    )
    .action(async (paths: string[], { output, namespace }: ValidateFlags) =>
      run(async () => {
        const { resources, warnings, ...loaded } = await load(paths, namespace ?? null);
        const problems = [...loaded.problems, ...(await missingPaths(paths, resources, terminal))];
        if (output === 'json') {
          terminal.answer(
            JSON.stringify(
              { valid: problems.length === 0 && resources.length > 0, resources: resources.length, problems, warnings },
              null,
              2,
            ),
          );
        } else {
          for (const problem of problems) terminal.answer(problemText(problem));
          for (const warning of warnings) terminal.say(warningText(warning));
          const count = counted(resources.length, 'resource');
          if (resources.length + problems.length === 0) terminal.say(`${count}: nothing there is of group orket.dev`);
          else if (problems.length === 0) terminal.answer(`${count}, all valid`);
          else terminal.say(`${counted(problems.length, 'problem')} in ${count}`);
        }
        return problems.length === 0 && resources.length > 0 ? exitCodes.succeeded : exitCodes.usage;
      }),
    );
};
