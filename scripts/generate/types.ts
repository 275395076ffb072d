import type { StructuralSchema } from '../../crds/validate/schema.ts';
import { nameOf } from './names.ts';

/** One kind with the schema of its one version. */
export interface KindSchema {
  readonly kind: string;
  readonly apiVersion: string;
  readonly schema: StructuralSchema;
}

const head = `// Made by scripts/generate.ts from crds/orket.dev_*.yaml. Do not edit.
import type { Digest } from '../canonical/digest.ts';
import type { JsonObject } from '../canonical/json.ts';

/** Who owns an object, as Kubernetes has it. */
export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
};

/** What every object has, as Kubernetes has it. */
export type ObjectMeta = {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly JsonObject[];
};
`;

/**
 * TypeScript for the objects as they are after validation: what has a default is always there.
 * Throws when two places want one name for different shapes.
 */
export function typesOf(kinds: readonly KindSchema[]): string {
  const declared = new Map<string, { readonly path: string; readonly shape: string; readonly text: string }>();

  function declare(path: string, description: string | undefined, body: string): string {
    const name = nameOf(path);
    const shape = body.replace(/^ *\/\*\*.*\*\/\n/gm, '');
    const earlier = declared.get(name);
    if (earlier !== undefined && earlier.shape !== shape) {
      throw new Error(`${path} and ${earlier.path} both want the name ${name}; name one of them in generate/names.ts`);
    }
    if (earlier === undefined) {
      declared.set(name, { path, shape, text: `${comment(description, '')}export type ${name} = ${body};\n` });
    }
    return name;
  }

  function typeOf(path: string, schema: StructuralSchema): string {
    if (schema['x-kubernetes-int-or-string'] === true) return 'number | string';
    if (schema.enum !== undefined) {
      return declare(path, schema.description, schema.enum.map((value) => `'${value}'`).join(' | '));
    }
    switch (schema.type) {
      case 'object':
        return objectType(path, schema);
      case 'array':
        return `readonly ${typeOf(`${path}[]`, schema.items ?? {})}[]`;
      case 'integer':
      case 'number':
        return 'number';
      case 'string':
        return schema.pattern?.startsWith('^sha256:') === true ? 'Digest' : 'string';
      case 'boolean':
        return 'boolean';
      default:
        throw new Error(`${path} has no type that TypeScript could have`);
    }
  }

  function objectType(path: string, schema: StructuralSchema): string {
    if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'JsonObject';
    if (schema.additionalProperties !== undefined) {
      return `Readonly<Record<string, ${typeOf(`${path}[]`, schema.additionalProperties)}>>`;
    }
    const fields = Object.entries(schema.properties ?? {}).map(([key, child]) => {
      const there = schema.required?.includes(key) === true || child.default !== undefined;
      return `${comment(child.description, '  ')}  readonly ${key}${there ? '' : '?'}: ${typeOf(`${path}.${key}`, child)};\n`;
    });
    return declare(path, schema.description, `{\n${fields.join('')}}`);
  }

  const resources = kinds.map(({ kind, apiVersion, schema }) => {
    const { spec = {}, status = {} } = schema.properties ?? {};
    return `${comment(schema.description, '')}export type ${kind} = {
  readonly apiVersion: '${apiVersion}';
  readonly kind: '${kind}';
  readonly metadata: ObjectMeta;
${comment(spec.description, '  ')}  readonly spec: ${typeOf(`${kind}.spec`, spec)};
${comment(status.description, '  ')}  readonly status: ${typeOf(`${kind}.status`, status)};
};\n`;
  });
  const names = kinds.map(({ kind }) => kind);
  const all = [
    `/** Any object of the group. */\nexport type Resource = ${names.join(' | ')};\n`,
    `export type Kind = Resource['kind'];\n`,
    `/** The kinds, sorted. */\nexport const kinds = [${names.map((name) => `'${name}'`).join(', ')}] as const;\n`,
  ];
  return [head, ...resources, ...[...declared.values()].map(({ text }) => text), ...all].join('\n');
}

function comment(description: string | undefined, indent: string): string {
  return description === undefined ? '' : `${indent}/** ${description.replaceAll('*/', '* /')} */\n`;
}
