import type { PrinterColumn } from '../../crds/validate/kinds.ts';
import { markdownTable } from './docs-table.ts';

/** What `kubectl get` knows of a kind. */
export interface ListedKind {
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly columns: readonly PrinterColumn[];
}

/** How people name a kind to kubectl, and the columns that `kubectl get` then prints. */
export function columnTable({ plural, singular, shortNames, columns }: ListedKind): string {
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
