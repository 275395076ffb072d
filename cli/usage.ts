import type { Command, CommanderError, Option } from 'commander';
import { counted, didYouMean, OrketError, type ErrorDetail } from '#crds';

/** What a command line was given that it does not take, said as every other error is. `error` is what commander says of it. */
export function usageError({ code, message }: CommanderError, command: Command): OrketError {
  const { word, summary, ...detail } = complaint(code, message, command);
  const at = [command.parent === null ? '' : command.name(), word].filter((part) => part !== '').join(' ');
  const remedy = `${detail.remedy ?? ''}See what it takes with \`${commandText(command)} --help\`.`;
  return new OrketError('Usage', summary, { ...detail, ...(at === '' ? {} : { at }), remedy });
}

interface Complaint extends Omit<ErrorDetail, 'at'> {
  /** Of the command line, what it is about; empty for all of it. */
  readonly word: string;
  readonly summary: string;
}

function complaint(code: string, message: string, command: Command): Complaint {
  const [, named = ''] = /'(.*?)'/s.exec(message) ?? [];
  switch (code) {
    case 'commander.unknownCommand': {
      const word = command.args[0] ?? named;
      const verbs = command.commands.map((each) => each.name());
      return { word: cut(word), summary: 'there is no such verb', ...choice(word, verbs) };
    }
    case 'commander.unknownOption': {
      const options = command.createHelp().visibleOptions(command);
      return { word: cut(named), summary: 'there is no such option', ...choice(named, options.map(longest)) };
    }
    case 'commander.missingArgument':
      return { word: '', summary: 'an argument is missing', expected: usage(command), found: `no <${named}>` };
    case 'commander.excessArguments':
      return { word: '', summary: 'there are too many arguments', expected: usage(command), found: extra(command) };
    case 'commander.optionMissingArgument':
      return {
        word: /--[a-z-]+/.exec(named)?.[0] ?? named,
        summary: 'it lacks its value',
        expected: named,
        found: 'nothing',
      };
    default:
      return invalidValue(message, command) ?? { word: '', summary: message.replace(/^error: /, '') };
  }
}

/** Of an option or of an argument; what is expected of it are its choices, or what its parser says. */
function invalidValue(message: string, command: Command): Complaint | null {
  const { flags, name, found, expected } =
    /^error: option '(?<flags>.*?)' argument '(?<found>.*)' is invalid\. (?<expected>.*)$/s.exec(message)?.groups ??
    /^error: .* value '(?<found>.*)' is invalid for argument '(?<name>.*?)'\. (?<expected>.*)$/s.exec(message)
      ?.groups ??
    {};
  if (found === undefined) return null;
  const option = command.options.find((each) => each.flags === flags);
  const argument = command.registeredArguments.find((each) => each.name() === name);
  const choices = option?.argChoices ?? argument?.argChoices;
  return {
    word: option === undefined ? `<${name ?? ''}>` : longest(option),
    summary: 'it does not take this value',
    ...(choices === undefined
      ? { expected: expected ?? '', found: cut(JSON.stringify(found)) }
      : choice(found, choices)),
  };
}

function choice(found: string, known: readonly string[]): ErrorDetail {
  const expected = `one of ${known.join(', ')}`;
  return { expected, found: cut(JSON.stringify(found)), remedy: didYouMean(found, known) };
}

/** A command line may hold whole files. */
function cut(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80).toWellFormed()}…`;
}

function longest({ long, short, flags }: Option): string {
  return long ?? short ?? flags;
}

function extra({ args, registeredArguments: { length } }: Command): string {
  return `${counted(args.length, 'argument')}, from ${cut(JSON.stringify(args[length] ?? ''))} on`;
}

function usage(command: Command): string {
  return `${commandText(command)} ${command.usage()}`;
}

/** As it is typed. */
function commandText(command: Command): string {
  return command.parent === null ? command.name() : `${commandText(command.parent)} ${command.name()}`;
}
