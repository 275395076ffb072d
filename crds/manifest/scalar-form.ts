import type { Scalar } from 'yaml';
import { shown } from '../validate/finding.ts';
import { DecodeError } from './decode-error.ts';

/** Refuses forms of quoted and block scalars that our parser takes and the API server, with YAML 1.1, does not. */
export function checkForm(node: Scalar, text: string): void {
  const [from, to] = node.range ?? [0, 0];
  if (node.type === 'QUOTE_DOUBLE') checkEscapes(text.slice(from, to), from);
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') checkIndentation(text.slice(from, to), from);
}

/** Escapes of surrogates are refused even in pairs, and `\/` came with YAML 1.2. */
function checkEscapes(source: string, offset: number): void {
  if (!source.includes('\\')) return;
  for (const escape of source.matchAll(/\\(?:(?:u|U0000)[dD][89a-fA-F]|[^])/g)) {
    if (escape[0].length === 2 && escape[0] !== '\\/') continue;
    throw new DecodeError('InvalidSyntax', 'an escape that YAML 1.1 does not have', {
      offset: offset + escape.index,
      expected: 'the character itself, or \\U and eight hexadecimal digits',
      found: shown(escape[0]),
      remedy: 'Write the character itself: the file is UTF-8.',
    });
  }
}

/** Where the indentation is not said in the header, no tab may stand before the first text. */
function checkIndentation(source: string, offset: number): void {
  const [header = '', ...lines] = source.split('\n');
  if (/^[|>][-+]?[1-9]/.test(header)) return;
  let at = header.length + 1;
  for (const line of lines) {
    const [space = ''] = /^[ \t]*/.exec(line) ?? [];
    if (space.includes('\t')) {
      throw new DecodeError('InvalidSyntax', 'a tab where YAML 1.1 expects the indentation', {
        offset: offset + at + space.indexOf('\t'),
        expected: 'spaces',
        found: 'a tab',
        remedy: 'Indent with spaces, or say the indentation in the header, as in |2.',
      });
    }
    if (space.length < line.trimEnd().length) return;
    at += line.length + 1;
  }
}
