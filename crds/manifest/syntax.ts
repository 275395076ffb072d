import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, Parser, type CST, type Document } from 'yaml';
import { DecodeError, tooLarge } from './decode-error.ts';
import { limits } from './limits.ts';

export { isAlias, isMap, isScalar, isSeq };

/**
 * What the YAML reader of Kubernetes refuses, and the three line ends of YAML 1.1 that our parser takes for text: there we
 * are stricter, since the same file would mean two things.
 */
// eslint-disable-next-line no-control-regex -- these are the control characters that are refused
const refused = /[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * The documents of a YAML text as syntax trees, one by one; every scalar is still its text. The work is bounded before it
 * is done: pieces of syntax, and lists and maps within each other. Throws DecodeError.
 */
export function* parseYaml(text: string): Generator<Document.Parsed> {
  const control = refused.exec(text);
  if (control !== null) throw refuseCharacter(control[0], control.index);
  const composer = new Composer({
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    strict: true,
    prettyErrors: false,
  });
  for (const document of composer.compose(boundedTokens(text))) {
    const [error] = document.errors;
    if (error !== undefined) throw invalid(error.message, error.pos[0]);
    yield document;
  }
}

function* boundedTokens(text: string): Generator<CST.Token> {
  const parser = new Parser();
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > limits.tokens) throw tooLarge(`at most ${limits.tokens} pieces of syntax in a file`, 'more');
    for (const token of parser.next(lexeme)) yield acceptable(token);
    if (nesting(parser) > limits.depth)
      throw tooLarge(`at most ${limits.depth} levels`, 'a deeper document', parser.offset);
  }
  for (const token of parser.end()) yield acceptable(token);
}

/** Lists and maps that are open; the document itself is the first of the stack. */
function nesting(parser: Parser): number {
  return parser.stack.length - 2;
}

function acceptable(token: CST.Token): CST.Token {
  if (token.type === 'error') throw invalid(token.message, token.offset);
  if (token.type === 'directive' && !/^%YAML[ \t]+1\.1[ \t]*$/.test(token.source)) {
    throw new DecodeError('UnsupportedYaml', 'the API server takes no such directive', {
      offset: token.offset,
      expected: 'no directive, or "%YAML 1.1"',
      found: JSON.stringify(token.source.slice(0, 40)),
      remedy: 'Remove the line.',
    });
  }
  return token;
}

function invalid(message: string, offset: number): DecodeError {
  return new DecodeError('InvalidSyntax', 'the text is not valid YAML', {
    offset,
    expected: 'YAML 1.1',
    found: message.split('\n')[0]?.slice(0, 200) ?? '',
    remedy: 'Look at the indentation (spaces, no tabs), the quotes and the colons at this place and just before it.',
  });
}

function refuseCharacter(character: string, offset: number): DecodeError {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return new DecodeError(
    'InvalidCharacter',
    'the text has a character that YAML 1.1 refuses or takes as the end of a line',
    {
      offset,
      expected: 'printable text, tabs and line ends',
      found: `U+${code}`,
      remedy: `Remove it, or write it as "\\u${code.slice(-4)}" inside double quotes.`,
    },
  );
}
