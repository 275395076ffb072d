import type { DocumentedKind } from './docs.ts';
import { markdownTable } from './docs-table.ts';

/** How people name a kind to kubectl, and the columns that `kubectl get` then prints. */
export function columnTable({ plural, singular, shortNames, columns }: DocumentedKind): string {
  const names = [plural, singular, ...shortNames].map((name) => `\`${name}\``).join(', ');
  const rows = columns.map(({ name, jsonPath, description, priority = 0 }) => [
    name.toUpperCase(),
    priority === 0 ? 'always' : '`-o wide`',
    description,
    `\`${jsonPath}\``,
  ]);
  return [
    `Names: ${names}; all kinds of Orket together: \`orket\`.`,
    '',
    markdownTable(
      ['Column', 'Shown', 'What', 'From'],
      [['NAME', 'always', 'Name of the object', '`.metadata.name`'], ...rows],
    ),
  ].join('\n');
}
