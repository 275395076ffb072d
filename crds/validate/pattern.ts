import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS>();

/** Whether a text holds a match of a RE2 pattern, in time linear in the text. For patterns of our own schemas alone. */
export function matches(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = RE2JS.compile(pattern);
    compiled.set(pattern, expression);
  }
  return expression.matcher(text).find();
}

/** The patterns of the schemas that have a name people know. */
const known: ReadonlyMap<string, string> = new Map([
  ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'lower-case letters, digits and dashes, a letter or digit at both ends'],
  [
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    'lower-case letters, digits, dashes and dots, a letter or digit at both ends of each part',
  ],
  ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\.[A-Za-z0-9_-]+$', 'TOOLSET.TOOL, for example files.read'],
  [
    '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$',
    'letters, digits, dashes, dots and underscores, a letter or digit at both ends',
  ],
  [
    '^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
    'letters, digits, dashes, dots and underscores, a letter or digit at both ends',
  ],
  ['^[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*$', 'a media type, for example text/markdown'],
  ['^[0-9]{1,4}([.][0-9]{1,6})?$', 'a decimal such as 2.50, at most 4 digits before the point and 6 behind it'],
  ['^[A-Za-z0-9_-]+$', 'letters, digits, dashes and underscores'],
  ['^[-._a-zA-Z0-9]+$', 'letters, digits, dashes, dots and underscores'],
  [
    '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
    'a label key such as team or example.com/team',
  ],
  ['^sha256:[0-9a-f]{64}$', 'sha256: and 64 lower-case hexadecimal digits'],
  ['^[0-9]+(\\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$', 'a quantity, for example 500m, 2, 256Mi or 1Gi'],
  ['^https?://[^\\s/?#@]+(/[^\\s?#]*)?$', 'an http or https URL without credentials, query or fragment'],
]);

/** A pattern in words, or as it stands where it has no name. */
export function describePattern(pattern: string): string {
  return known.get(pattern) ?? `text that matches ${pattern}`;
}
