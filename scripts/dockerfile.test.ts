import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Copy, DockerfileParser, Entrypoint, From, JSONInstruction, type Instruction } from 'dockerfile-ast';
import { describe, expect, it } from 'vitest';
import { entrypointOf, filesOf, imageLayout, imageNames, type ImageName } from './image-files.ts';

const checkout = join(import.meta.dirname, '..');
const { devDependencies } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** What is wrong with a Dockerfile of ours, in sentences. */
function problemsOf(text: string): readonly string[] {
  const instructions = DockerfileParser.parse(text).getInstructions();
  const stages = stagesOf(instructions);
  const names = stages.map(({ name }) => name);
  const problems: string[] = [];
  const check = (right: boolean, problem: string): void => {
    if (!right) problems.push(problem);
  };
  for (const { name, base, instructions: own } of stages) {
    check(name !== '', `a stage from ${base} has no name`);
    const inside = names.includes(base) || base === 'scratch';
    check(inside || /^[a-z0-9./-]+:\d+\.\d+\.\d+[a-z0-9.-]*$/.test(base), `${base} is not pinned to a version`);
    for (const instruction of own) {
      const keyword = instruction.getKeyword();
      const line = instruction.getRawArgumentsContent() ?? '';
      check(
        ['FROM', 'COPY', 'RUN', 'WORKDIR', 'USER', 'ENTRYPOINT', 'SHELL'].includes(keyword),
        `${keyword} is not used here`,
      );
      if (keyword === 'WORKDIR') check(line.startsWith('/'), `WORKDIR ${line} is not absolute`);
      if (keyword === 'USER') check(/^[1-9]\d{3,}:[1-9]\d{3,}$/.test(line), `USER ${line} is not a number over 999`);
      if (keyword === 'RUN') check(!/\b(curl|wget|sudo|apt-get|apk)\b/.test(line), `RUN ${line} fetches from outside`);
      if (instruction instanceof Entrypoint) check(isExec(instruction), `${name}: ENTRYPOINT is not in exec form`);
      if (instruction instanceof Copy) {
        const from = instruction.getFromFlag()?.getValue();
        check(from === undefined || names.includes(from ?? ''), `COPY takes from ${from}, which is no stage`);
        check(from !== undefined || name === 'build', `${name} takes files from outside the build`);
      }
    }
    check(
      !own.some((instruction) => instruction.getKeyword() === 'RUN') || !inside,
      `${name} runs something in an image`,
    );
  }
  for (const target of imageNames) {
    const stage = stages.find(({ name }) => name === target);
    check(stage !== undefined, `there is no target ${target}`);
    if (stage !== undefined) problems.push(...targetProblems(target, stage, stages));
  }
  return problems;
}

function targetProblems(name: ImageName, target: Stage, stages: readonly Stage[]): readonly string[] {
  const all = [...(stages.find(({ name }) => name === target.base)?.instructions ?? []), ...target.instructions];
  const user = all.findLast((instruction) => instruction.getKeyword() === 'USER')?.getRawArgumentsContent();
  const entrypoint = all.findLast((instruction) => instruction instanceof Entrypoint);
  const command =
    entrypoint instanceof JSONInstruction ? entrypoint.getJSONStrings().map((part) => part.getJSONValue()) : [];
  const copied = target.instructions
    .filter((instruction) => instruction instanceof Copy)
    .flatMap((copy) => copy.getArguments().map(String));
  const files = filesOf(name).map((file) => `/src/dist/${file}`);
  return [
    ...(user === imageLayout.user ? [] : [`${name} runs as ${user}, not as ${imageLayout.user}`]),
    ...(JSON.stringify(command) === JSON.stringify(entrypointOf(name)) ? [] : [`${name} starts ${command.join(' ')}`]),
    ...(copied.join(' ') === [...files, `${imageLayout.folder}/`].join(' ')
      ? []
      : [`${name} holds more or less than its program`]),
  ];
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction instanceof From) {
      stages.push({ name: instruction.getBuildStage() ?? '', base: instruction.getImage() ?? '', instructions: [] });
    }
    stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

function isExec(instruction: JSONInstruction): boolean {
  return instruction.getOpeningBracket() !== null;
}

describe('the Dockerfile', () => {
  const text = readFileSync(join(checkout, 'Dockerfile'), 'utf8');

  it('keeps to the rules', () => {
    expect(problemsOf(text)).toEqual([]);
  });

  it('has the Node of the checkout', () => {
    expect(text).toContain(`node:${devDependencies.node}-`);
  });

  it('copies only what the build context holds', () => {
    const held = readFileSync(join(checkout, '.dockerignore'), 'utf8').split('\n');
    const copied = [...text.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
    expect(copied.filter((path) => !held.includes(`!${path}`))).toEqual([]);
  });

  it.each([
    ['USER 65532:65532', 'USER root', 'USER root is not a number over 999'],
    ['USER 65532:65532', '', 'session runs as undefined, not as 65532:65532'],
    [`node:${devDependencies.node}-bookworm-slim`, 'node:latest', 'node:latest is not pinned to a version'],
    [
      'ENTRYPOINT ["/usr/local/bin/node", "/app/session.cjs"]',
      'ENTRYPOINT node /app/session.cjs',
      'session: ENTRYPOINT is not in exec form',
    ],
    [' /src/dist/session.code-cache', '', 'session holds more or less than its program'],
    ['COPY --from=build /src/dist/gateway.cjs', 'ADD https://example.org/gateway.cjs', 'ADD is not used here'],
    ['COPY --from=build /src/dist/gateway.cjs', 'COPY dist/gateway.cjs', 'gateway takes files from outside the build'],
    ['WORKDIR /app', 'WORKDIR app', 'WORKDIR app is not absolute'],
    ['AS controller', 'AS operator', 'there is no target controller'],
    ['FROM node AS session', 'FROM node AS session\nRUN ["node", "x"]', 'session runs something in an image'],
  ])('would not keep to them with %s as %s', (right, wrong, problem) => {
    expect(problemsOf(text.replace(right, wrong))).toContain(problem);
  });
});
