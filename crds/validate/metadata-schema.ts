import type { StructuralSchema } from './schema.ts';

const text: StructuralSchema = { type: 'string' };
const integer: StructuralSchema = { type: 'integer' };
const boolean: StructuralSchema = { type: 'boolean' };
const time: StructuralSchema = { type: 'string', format: 'date-time' };
const texts: StructuralSchema = { type: 'object', additionalProperties: text };
const anything: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function list(properties: Readonly<Record<string, StructuralSchema>>): StructuralSchema {
  return { type: 'array', items: { type: 'object', properties } };
}

/** ObjectMeta of meta/v1 as strict decoding knows it. Its order is that of the Go struct, which suggestions follow. */
export const metadataSchema: StructuralSchema = {
  type: 'object',
  properties: {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: integer,
    creationTimestamp: time,
    deletionTimestamp: time,
    deletionGracePeriodSeconds: integer,
    labels: texts,
    annotations: texts,
    ownerReferences: list({
      apiVersion: text,
      kind: text,
      name: text,
      uid: text,
      controller: boolean,
      blockOwnerDeletion: boolean,
    }),
    finalizers: { type: 'array', items: text },
    managedFields: list({
      manager: text,
      operation: text,
      apiVersion: text,
      time,
      fieldsType: text,
      fieldsV1: anything,
      subresource: text,
    }),
  },
};
