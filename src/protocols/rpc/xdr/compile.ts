/** Tables (types.ts) into readers, each compiled when it is first needed. */
import { hex, rawHex, text } from '../../text.js';
import { generate, type Projection } from './codegen.js';
import { type KeyFilter, readDict, type ValueInterpreter } from './dict.js';
import { newGfxDict, type ReadGfxDict, skipGfxDict } from './gfx-dict.js';
import {
  double,
  hyper,
  hyperText,
  int,
  padded,
  unsigned,
  unsignedHyper,
  unsignedHyperText,
  uuid,
  uuidWords,
} from './primitives.js';
import { lack, type Read, type ReadFields } from './reader.js';
import type { DictRedaction, Redaction } from './redaction.js';
import type { XdrStruct } from './types.js';

export type Detail = 'full' | 'brief';

export interface CompilerOptions {
  /**
   * Whether a `brief` reader reads this field of the struct of this name. Others are passed over: only
   * their end is found.
   */
  readonly summaryFields: (struct: string, field: string) => boolean;
  /** Which pairs of this dictionary (of the old form) a `brief` reader reads; undefined: all. */
  readonly summaryKeys: (struct: string, field: string) => KeyFilter | undefined;
  /** The structs that values of a gfx_dict may be. */
  readonly iatt: XdrStruct;
  readonly mdata: XdrStruct;
  /** What is hidden; undefined: nothing. */
  readonly redaction?: Redaction | undefined;
  /** What a well-known key of a dictionary says of a value in untyped form. */
  readonly interpretValue: ValueInterpreter;
}

export type Compiler = (struct: XdrStruct, detail: Detail) => Read;

export function newCompiler(options: CompilerOptions): Compiler {
  const everything: Projection = {
    summaryFields: () => true,
    summaryKeys: () => undefined,
    redaction: options.redaction,
  };
  const runtime: Record<string, unknown> = {
    int,
    unsigned,
    hyper,
    unsignedHyper,
    hyperText,
    unsignedHyperText,
    double,
    uuid,
    uuidWords,
    padded,
    hex,
    text,
    rawHex,
    lack,
    skipGfxDict,
    dict: (bytes: Uint8Array, start: number, end: number, picked?: KeyFilter, hiding?: DictRedaction) =>
      readDict(options.interpretValue, bytes, start, end, picked, hiding),
  };

  const form = (struct: XdrStruct, kind: 'whole' | 'parts', chosen: Projection): ReadFields => {
    let read: ReadFields | undefined;
    return (cursor) => {
      if (read === undefined) {
        const { source, constants } = generate(struct, kind, chosen);
        read = new Function('R', 'K', `return function ${struct.name}(c) {\n${source}\n};`)(
          runtime,
          constants,
        ) as ReadFields;
      }
      return read(cursor);
    };
  };

  const gfxDict: ReadGfxDict = newGfxDict({
    meaning: options.interpretValue,
    hiding: options.redaction?.typed,
    iatt: form(options.iatt, 'whole', everything),
    mdata: form(options.mdata, 'whole', everything),
  });
  runtime.gfxDict = gfxDict;

  const readers = { full: new Map<XdrStruct, Read>(), brief: new Map<XdrStruct, Read>() };
  return (struct, detail) => {
    let read = readers[detail].get(struct);
    if (read === undefined) {
      const chosen = detail === 'full' ? everything : options;
      read = { whole: form(struct, 'whole', chosen), parts: form(struct, 'parts', chosen) };
      readers[detail].set(struct, read);
    }
    return read;
  };
}
