import { Option } from 'commander';
import { counted } from '#crds';
import { pathProblems } from '#controller';
import { exitCodes } from '../exit.ts';
import { load } from '../load.ts';
import { problemText, warningText } from '../output/problems.ts';
import { byRoot } from '../roots.ts';
import { judgeToolCode } from '../tool-code.ts';
import type { Verb } from './verb.ts';

interface ValidateFlags {
  readonly namespace?: string;
  readonly output: 'text' | 'json';
  /** False with `--no-code`. */
  readonly code: boolean;
}

export const validate: Verb = (program, shell, run) => {
  program
    .command('validate')
    .argument('<path...>', 'files or folders of manifests')
    .summary('check manifests as the API server would, and what it cannot check')
    .description(
      'Checks schema, CEL rules, references, expressions, inner schemas and paths. Nothing is sent. The code of Toolsets is asked which tools it has, in a tool host without a network; where nothing keeps code apart it is not run.',
    )
    .addOption(new Option('-n, --namespace <name>', 'of manifests that name none, default "default"'))
    .addOption(new Option('--no-code', 'leave the code of Toolsets alone'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  orket validate examples/01-hello\n  orket validate flow.yaml band.yaml -o json',
    )
    .action(async (paths: string[], { output, namespace, code }: ValidateFlags) =>
      run(async () => {
        const { terminal } = shell;
        const { resources, ...loaded } = await load(paths, namespace ?? null);
        const roots = await byRoot(paths, resources, terminal);
        const missing = roots.flatMap((each) => pathProblems(each.resources, each.root));
        const inCode = await judgeToolCode(code ? roots : [], shell);
        if (inCode === null) {
          terminal.say('ended before all was checked');
          return exitCodes.cancelled;
        }
        const problems = [...loaded.problems, ...missing, ...inCode.problems];
        const warnings = [...loaded.warnings, ...inCode.warnings];
        if (inCode.unasked > 0) terminal.say(unaskedText(inCode.unasked));
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

function unaskedText(count: number): string {
  const whose = counted(count, 'Toolset was', 'Toolsets were');
  return `the code of ${whose} not asked which tools it has, as nothing here keeps it apart or it took too long: a run asks it`;
}
