import { _, Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { metaOptions, metaSchema } from '../../crds/closure/meta-check.ts';
import { kindInfos } from '../../crds/validate/kinds.ts';
import { ajvSchema, structureOptions } from '../../crds/validate/structure-options.ts';

/** Puts what ajv makes of schemas that are always the same in the place of making it at every start. */
export const checksMade: Plugin = {
  name: 'checks-made',
  setup(build) {
    build.onLoad({ filter: /[\\/]validate[\\/]structure-check\.ts$/ }, () => ({ contents: structureChecks() }));
    build.onLoad({ filter: /[\\/]closure[\\/]meta-check\.ts$/ }, () => ({ contents: metaCheck() }));
  },
};

/** `structure-check.ts` without ajv: one function for each kind, with the options that it has there. */
function structureChecks(): string {
  // What it takes of others it takes by these names.
  const code = { ...structureOptions.code, optimize: true, source: true, esm: true, formats: _`formats` };
  const ajv = new Ajv({ ...structureOptions, code });
  for (const { kind, schema } of kindInfos) ajv.addSchema(ajvSchema(schema), kind);
  const kinds = kindInfos.map(({ kind }) => kind);
  return `
    import { formats } from './formats.ts';
    import { re2 } from './structure-pattern.ts';
    ${standalone.default(ajv, Object.fromEntries(kinds.map((kind) => [kind, kind])))}
    const checks = new Map([${kinds.map((kind) => `['${kind}', ${kind}]`).join(', ')}]);
    export const structureCheck = (kind) => checks.get(kind);`;
}

/** `meta-check.ts` without ajv. */
function metaCheck(): string {
  const ajv = new Ajv2020({ ...metaOptions, code: { source: true, esm: true } });
  return `
    ${standalone.default(ajv, { checkSchema: metaSchema })}
    export const metaCheck = () => checkSchema;`;
}
