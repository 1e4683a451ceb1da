/** Compiles tables (types.ts) into readers, each at its first use. */
import { hex, rawHex, text } from '../../text.js';
import { type KeyFilter, readDict, type ValueInterpreter } from './dict.js';
import { CompleteEmitter } from './emit-complete.js';
import { PartialEmitter } from './emit-partial.js';
import type { StructEmitter } from './emit-struct.js';
import { GfxDictReader, skipGfxDict } from './gfx-dict.js';
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
import type { Projection } from './projection.js';
import { type Cursor, lack, type ReadFields, type StructReader } from './reader.js';
import type { DictRedaction } from './redaction.js';
import type { XdrStruct } from './types.js';

export type Detail = 'full' | 'brief';

/** `brief` readers use the projection, `full` readers only its redaction. */
export interface CompilerOptions extends Projection {
  /** The structs among the value types of a gfx_dict. */
  readonly iatt: XdrStruct;
  readonly mdata: XdrStruct;
  /** Interprets an untyped value by the well-known key of its pair. */
  readonly interpretValue: ValueInterpreter;
}

export type Compiler = (struct: XdrStruct, detail: Detail) => StructReader;

/** R in the generated source. */
type Runtime = Record<string, unknown>;

function newRuntime(interpretValue: ValueInterpreter): Runtime {
  return {
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
    dict: (bytes: Uint8Array, start: number, end: number, filter?: KeyFilter, redaction?: DictRedaction) =>
      readDict(interpretValue, bytes, start, end, filter, redaction),
  };
}

/** A reader that is compiled at its first call. */
function lazyReader(
  runtime: Runtime,
  struct: XdrStruct,
  newEmitter: () => StructEmitter<unknown>,
): ReadFields {
  let read: ReadFields | undefined;
  return (cursor) => {
    if (read === undefined) {
      const { source, constants } = newEmitter().emit(struct);
      read = new Function('R', 'K', `return function ${struct.name}(c) {\n${source}\n};`)(
        runtime,
        constants,
      ) as ReadFields;
    }
    return read(cursor);
  };
}

export function newCompiler(options: CompilerOptions): Compiler {
  const everything: Projection = {
    summaryFields: () => true,
    summaryKeys: () => undefined,
    redaction: options.redaction,
  };
  const runtime = newRuntime(options.interpretValue);
  const complete = (struct: XdrStruct, projection: Projection) =>
    lazyReader(runtime, struct, () => new CompleteEmitter(projection));
  const partial = (struct: XdrStruct, projection: Projection) =>
    lazyReader(runtime, struct, () => new PartialEmitter(projection));

  const gfxDict = new GfxDictReader({
    interpretValue: options.interpretValue,
    redaction: options.redaction?.typed,
    iatt: complete(options.iatt, everything),
    mdata: complete(options.mdata, everything),
  });
  runtime.gfxDict = (cursor: Cursor, owner: Parameters<GfxDictReader['read']>[1], name: string) =>
    gfxDict.read(cursor, owner, name);

  const readers = { full: new Map<XdrStruct, StructReader>(), brief: new Map<XdrStruct, StructReader>() };
  return (struct, detail) => {
    let reader = readers[detail].get(struct);
    if (reader === undefined) {
      const projection = detail === 'full' ? everything : options;
      reader = { complete: complete(struct, projection), partial: partial(struct, projection) };
      readers[detail].set(struct, reader);
    }
    return reader;
  };
}
