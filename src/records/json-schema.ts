/** The parts of JSON Schema (2020-12) that the record schema uses. */
import type { Dataset } from './datasets.js';

export type Schema = { readonly [keyword: string]: unknown };

export const string: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const boolean: Schema = { type: 'boolean' };
export const count: Schema = { type: 'integer', minimum: 0 };
export const hex: Schema = { type: 'string', pattern: '^([0-9a-f]{2})*$' };
export const oneOf = (...values: readonly string[]): Schema => ({ enum: values });
export const array = (items: Schema): Schema => ({ type: 'array', items });
export const either = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });

/** An object without other properties. @param required the properties that are always present */
export function object(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** Text from the wire, with `_hex`, its raw bytes, if it is not valid UTF-8, and `_bytes`, its length, if it is truncated. */
export function wireText(name: string): Record<string, Schema> {
  return { [name]: string, [`${name}_hex`]: hex, [`${name}_bytes`]: count };
}

/** A number sent as text: an integer, or the text if it is none. */
export function wireCount(name: string): Record<string, Schema> {
  return { ...wireText(name), [name]: either(integer, string) };
}

export function describe(description: string, schema: Schema): Schema {
  return { description, ...schema };
}

/** Records with these properties must have these sections. */
export function when(properties: Readonly<Record<string, Schema>>, sections: readonly string[]): Schema {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: { properties }, then: { required: sections } };
}

/** Records of this dataset must have these sections. */
export function requires(dataset: Dataset, sections: readonly string[]): Schema {
  return when({ event: { properties: { dataset: { const: dataset } } } }, sections);
}
