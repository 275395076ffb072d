/**
 * Makes crds/generated from the hand-written CRDs: TypeScript types, and the schemas as JSON for bundles without a
 * file system; the parts of docs/ that CRDs and the catalogue of errors tell; and what `orket explain` says. `--check` writes nothing and fails
 * when a file is stale.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { docsOf } from './generate/docs.ts';
import { explanationsOf } from './generate/explanations.ts';
import { typesOf } from './generate/types.ts';
import type { PrinterColumn } from '../crds/validate/kinds.ts';
import type { StructuralSchema } from '../crds/validate/schema.ts';

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
    };
    readonly versions: readonly [
      {
        readonly name: string;
        readonly additionalPrinterColumns: readonly PrinterColumn[];
        readonly schema: { readonly openAPIV3Schema: StructuralSchema };
      },
    ];
  };
}

const root = join(import.meta.dirname, '..');
const crds = join(root, 'crds');
const read = readdirSync(crds)
  .filter((file) => file.startsWith('orket.dev_') && file.endsWith('.yaml'))
  .toSorted()
  .map((file) => parse(readFileSync(join(crds, file), 'utf8')) as Crd)
  .map(({ spec: { group, names, versions } }) => ({
    kind: names.kind,
    apiVersion: `${group}/${versions[0].name}`,
    plural: names.plural,
    singular: names.singular,
    shortNames: names.shortNames,
    columns: versions[0].additionalPrinterColumns,
    schema: versions[0].schema.openAPIV3Schema,
  }));

const readPage = (page: string): string => readFileSync(join(root, page), 'utf8');
const outputs = {
  'crds/generated/resources.ts': typesOf(read),
  'crds/generated/schemas.json': `${JSON.stringify(read, undefined, 1)}\n`,
  'cli/generated/explanations.json': `${JSON.stringify(explanationsOf(readPage), undefined, 1)}\n`,
  ...docsOf(read, readPage),
};
for (const [name, text] of Object.entries(outputs)) {
  const path = join(root, name);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
  } else if (readOrEmpty(path) !== text) {
    process.stderr.write(`${name} is stale: run "node scripts/generate.ts" and commit it\n`);
    process.exitCode = 1;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
