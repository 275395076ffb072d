/**
 * Makes crds/generated from the hand-written CRDs: TypeScript types, and the schemas as JSON for bundles without a
 * file system. `--check` writes nothing and fails when a file is stale.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { typesOf } from './generate/types.ts';
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
        readonly additionalPrinterColumns: readonly unknown[];
        readonly schema: { readonly openAPIV3Schema: StructuralSchema };
      },
    ];
  };
}

const crds = join(import.meta.dirname, '..', 'crds');
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

const outputs = { 'resources.ts': typesOf(read), 'schemas.json': `${JSON.stringify(read, undefined, 1)}\n` };
for (const [name, text] of Object.entries(outputs)) {
  const path = join(crds, 'generated', name);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
  } else if (readOrEmpty(path) !== text) {
    process.stderr.write(`crds/generated/${name} is stale: run "node scripts/generate.ts" and commit it\n`);
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
