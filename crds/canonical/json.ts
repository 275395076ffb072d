/** JSON as Orket reads and writes it: one text for each value, and nothing that two readers could see differently. */
export { isJsonArray, isJsonObject, MAX_DEPTH, setOwn, type JsonObject, type JsonValue } from './value.ts';
export { canonicalCopy, canonicalJson } from './write.ts';
export { NotStrictJson, parseJson, type ParseLimits } from './parse.ts';
