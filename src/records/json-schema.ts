/** The few forms of JSON Schema (2020-12) that the records' schema is built of. */
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

/** An object of just these properties; those in `required` are always there. */
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

/** A name as sent, with its raw bytes beside it where they are no UTF-8, and its length where it is cut. */
export function wireText(name: string): Record<string, Schema> {
  return { [name]: string, [`${name}_hex`]: hex, [`${name}_bytes`]: count };
}

/** A number in text: an integer, or the text as sent where it is none. */
export function wireCount(name: string): Record<string, Schema> {
  return { ...wireText(name), [name]: either(integer, string) };
}

export function describe(description: string, schema: Schema): Schema {
  return { description, ...schema };
}

/** Records with such properties have these sections. */
export function when(properties: Readonly<Record<string, Schema>>, sections: readonly string[]): Schema {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: { properties }, then: { required: sections } };
}

/** Records of this dataset have these sections. */
export function requires(dataset: Dataset, sections: readonly string[]): Schema {
  return when({ event: { properties: { dataset: { const: dataset } } } }, sections);
}
