/**
 * The parts of a description. Each declares the fields that it reads as a table, which gives its parameter a type and
 * selects the fields that `--detail summary` decodes (gluster/projection).
 */

import type { Fields } from '../../rpc/describer.js';
import type { DecodedFields } from '../../rpc/xdr/decoded.js';
import type { KeyFilter } from '../../rpc/xdr/dict.js';
import type { XdrDict, XdrFields } from '../../rpc/xdr/types.js';
import type { GlusterSection } from '../fields.js';
import type { FileNames } from '../paths/file-names.js';
import type { Integer } from '../values.js';

/** Puts fields of a request into the `gluster` section. Returns its words of the sentence; '': none. */
export type DescribeRequest<Request = Fields> = (
  request: Request,
  out: GlusterSection,
  names: FileNames,
) => string;

/**
 * Puts fields of a successful reply into the section. Returns the result in words; undefined: no result but the success.
 */
export type DescribeResponse<Response = Fields> = (
  response: Response,
  out: GlusterSection,
  opRet: Integer | undefined,
) => string | undefined;

export interface SubjectPart<Request> {
  readonly reads: XdrFields;
  readonly describe: DescribeRequest<Request>;
}

export interface ResultPart<Response> {
  readonly reads: XdrFields;
  readonly describe: DescribeResponse<Response>;
}

export function subjectPart<F extends XdrFields>(
  reads: F,
  describe: DescribeRequest<DecodedFields<F>>,
): SubjectPart<DecodedFields<F>> {
  return { reads, describe };
}

export function resultPart<F extends XdrFields>(
  reads: F,
  describe: DescribeResponse<DecodedFields<F>>,
): ResultPart<DecodedFields<F>> {
  return { reads, describe };
}

/** A dictionary of the old form, of which only some keys are read. */
export interface KeyedDict extends XdrDict {
  readonly keys: KeyFilter;
}

/** A dictionary of which only these keys are read, and keys that match `numbered`. */
export function pairs(names: string, numbered: RegExp = /^$/): KeyedDict {
  const exact = new Set(names.split(/\s+/));
  return { kind: 'dict', keys: (key) => exact.has(key) || numbered.test(key) };
}
