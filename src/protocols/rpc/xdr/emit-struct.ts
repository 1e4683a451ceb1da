/**
 * Generates the source of a JavaScript function that reads the struct of a table (types.ts). The source depends on
 * tables of this program only, never on bytes from the wire.
 *
 * Why source: a reader that interprets the table looks up the kind of each field for each message, and builds objects
 * whose shape the engine cannot foresee. A generated reader is straight-line code with object literals and one bounds
 * check for each run of fixed-size fields.
 *
 * There are two forms. The complete form (emit-complete.ts) collects the values and creates the object at the end. The
 * partial form (emit-partial.ts), for a truncated message, checks each field and keeps what precedes the end.
 */
import { CodeWriter, type GeneratedReader } from './code-writer.js';
import { fixedSize, minSize } from './layout.js';
import type { Projection } from './projection.js';
import type { XdrArray, XdrChain, XdrStruct, XdrType } from './types.js';

/** The expression of a scalar whose bytes are known to be available. */
function scalar(type: XdrType, offset: number): string {
  const at = offset === 0 ? 'p' : `p + ${offset}`;
  switch (type.kind) {
    case 'int':
      return `R.int(b, ${at})`;
    case 'unsigned int':
      return `R.unsigned(b, ${at})`;
    case 'hyper':
      return type.id ? `R.hyperText(b, ${at})` : `R.hyper(b, ${at})`;
    case 'unsigned hyper':
      return type.id ? `R.unsignedHyperText(b, ${at})` : `R.unsignedHyper(b, ${at})`;
    case 'double':
      return `R.double(b, ${at})`;
    case 'uuid words':
      return `R.uuidWords(b, ${at})`;
    case 'opaque':
      return type.uuid ? `R.uuid(b, ${at})` : `R.hex(b, ${at}, ${at} + ${type.length})`;
    default:
      throw new Error(`${type.kind} is not a scalar`);
  }
}

/** @template T an object of the reader's result while its source is written */
export abstract class StructEmitter<T> {
  protected readonly code = new CodeWriter();
  protected readonly projection: Projection;

  constructor(projection: Projection) {
    this.projection = projection;
  }

  protected abstract newObject(): T;
  /** The expression of the object with the fields put so far. */
  protected abstract expression(object: T): string;
  protected abstract put(object: T, name: string, value: string): void;
  /** Puts a nested struct of variable size. */
  protected abstract putStruct(object: T, name: string, struct: XdrStruct): void;
  /** Appends a struct to the array in the variable `items`. */
  protected abstract pushStruct(items: string, struct: XdrStruct): void;
  protected abstract putGfxDict(object: T, name: string): void;
  /** Puts a field if the record does not end before it. */
  protected abstract putSince(object: T, struct: string, name: string, type: XdrType): void;
  /** Makes the object of the whole struct known to the cursor, if the form needs that. */
  protected abstract exposeRoot(root: T): void;

  emit(struct: XdrStruct): GeneratedReader {
    const root = this.newObject();
    this.exposeRoot(root);
    this.fields(struct, root);
    this.code.write('c.at = p;', `return ${this.expression(root)};`);
    return this.code.generated();
  }

  /** The fields of a struct in their order. Without an object they are passed over. */
  protected fields(struct: XdrStruct, object: T | undefined): void {
    for (const [name, type] of Object.entries(struct.fields)) this.field(struct, object, name, type);
  }

  protected field(struct: XdrStruct, object: T | undefined, name: string, type: XdrType): void {
    const isRead = object !== undefined && this.projection.summaryFields(struct.name, name);
    if (isRead) this.readField(object, struct.name, name, type);
    else this.passOver(struct.name, name, type);
  }

  /** Reads a field at the position, and leaves the position behind it. */
  protected readField(object: T, struct: string, name: string, type: XdrType): void {
    switch (type.kind) {
      case 'string':
        this.readString(object, struct, name);
        return;
      case 'bytes':
      case 'dict': {
        const { start, stop, next } = this.counted(name);
        const [reader, filter] =
          type.kind === 'dict' ? ['R.dict', this.dictArguments(struct, name)] : ['R.hex', ''];
        this.put(object, name, `${reader}(b, ${start}, ${stop}${filter})`);
        this.code.write(`p = ${next};`);
        return;
      }
      case 'gfx_dict':
        this.code.write('c.at = p;');
        this.putGfxDict(object, name);
        this.code.write('p = c.at;');
        return;
      case 'since':
        this.putSince(object, struct, name, type.of);
        return;
      case 'struct':
        this.putStruct(object, name, type);
        return;
      case 'array':
      case 'chain':
        this.readList(object, name, type);
        return;
      default:
        this.code.requireBytes(fixedSize(type) as number, name);
        this.putScalar(object, name, type, 0);
        this.code.advance(fixedSize(type) as number);
    }
  }

  /** Passes over a field: only its end is found. */
  protected passOver(struct: string, name: string, type: XdrType): void {
    switch (type.kind) {
      case 'string':
      case 'bytes':
      case 'dict':
        this.code.write(`p = ${this.counted(name).next};`);
        return;
      case 'gfx_dict':
        this.code.write('c.at = p;', 'R.skipGfxDict(c);', 'p = c.at;');
        return;
      case 'since':
        this.code.write('if (p < c.recordEnd) {');
        this.passOver(struct, name, type.of);
        this.code.write('}');
        return;
      case 'struct':
        this.fields(type, undefined);
        return;
      case 'array':
      case 'chain':
        this.list(undefined, name, type);
        return;
      default:
        this.code.requireBytes(fixedSize(type) as number, name);
        this.code.advance(fixedSize(type) as number);
    }
  }

  private readString(object: T, struct: string, name: string): void {
    const { start, stop, next } = this.counted(name);
    const redact = this.projection.redaction?.string(struct, name);
    if (redact !== undefined) {
      this.put(object, name, `${this.code.addConstant(redact)}(b, ${start}, ${stop})`);
    } else {
      const value = this.code.declare(`R.text(b, ${start}, ${stop})`);
      this.put(object, name, value);
      this.put(object, `${name}_hex`, `R.rawHex(${value}, b, ${start}, ${stop})`);
    }
    this.code.write(`p = ${next};`);
  }

  /** Reads the length of an opaque or a string. Gives the expressions of its first byte, its end, and the next field. */
  private counted(field: string): { start: string; stop: string; next: string } {
    const { code } = this;
    const [length, start, next] = [code.newVariable(), code.newVariable(), code.newVariable()];
    code.requireBytes(4, field);
    code.write(`const ${length} = R.unsigned(b, p), ${start} = p + 4;`);
    code.write(`const ${next} = ${start} + R.padded(${length});`);
    code.write(`if (${next} > e) R.lack(c, ${next}, ${JSON.stringify(field)});`);
    return { start, stop: `${start} + ${length}`, next };
  }

  /** The last arguments of R.dict if not all pairs are read, or some are hidden. */
  private dictArguments(struct: string, name: string): string {
    const filter = this.projection.summaryKeys(struct, name);
    const redact = this.projection.redaction?.dict(struct, name);
    if (filter === undefined && redact === undefined) return '';
    return `, ${this.code.addConstant(filter)}, ${this.code.addConstant(redact)}`;
  }

  protected putScalar(object: T, name: string, type: XdrType, offset: number): void {
    const names = type.kind === 'int' || type.kind === 'unsigned int' ? type.names : undefined;
    if (names === undefined) {
      this.put(object, name, scalar(type, offset));
      return;
    }
    const value = this.code.declare(scalar(type, offset));
    this.put(object, name, value);
    this.put(object, `${name}_${names.suffix}`, `${this.code.addConstant(names.of)}(${value})`);
  }

  /** The expression of a type of fixed size whose bytes are known to be available. */
  protected fixedValue(type: XdrType, offset: number): string {
    if (type.kind === 'struct') {
      const object = this.newObject();
      this.fixedFields(type, object, offset);
      return this.expression(object);
    }
    if (type.kind === 'array') {
      const size = fixedSize(type.of) as number;
      const items = Array.from({ length: type.length as number }, (_, i) =>
        this.fixedValue(type.of, offset + i * size),
      );
      return `[${items.join(', ')}]`;
    }
    return scalar(type, offset);
  }

  private fixedFields(struct: XdrStruct, object: T, start: number): void {
    let offset = start;
    for (const [name, type] of Object.entries(struct.fields)) {
      if (this.projection.summaryFields(struct.name, name)) this.putFixed(object, name, type, offset);
      offset += fixedSize(type) as number;
    }
  }

  protected putFixed(object: T, name: string, type: XdrType, offset: number): void {
    if (type.kind === 'struct' || type.kind === 'array')
      this.put(object, name, this.fixedValue(type, offset));
    else this.putScalar(object, name, type, offset);
  }

  private readList(object: T, name: string, type: XdrArray | XdrChain): void {
    const items = this.code.newVariable();
    this.code.write(`const ${items} = [];`);
    this.put(object, name, items);
    this.list(items, name, type);
  }

  /** @param items the variable of the array; undefined: the list is passed over */
  private list(items: string | undefined, name: string, type: XdrArray | XdrChain): void {
    const { code } = this;
    if (type.kind === 'chain') {
      // xdr_pointer(): an entry follows any word but 0.
      code.write('for (;;) {');
      code.requireBytes(4, name);
      code.write('p += 4;', 'if (R.int(b, p - 4) === 0) break;');
    } else {
      const count = type.length === undefined ? code.newVariable() : String(type.length);
      if (type.length === undefined) {
        code.requireBytes(4, name);
        code.write(`const ${count} = R.unsigned(b, p);`, 'p += 4;');
        code.requireBytes(`${count} * ${Math.max(4, minSize(type.of))}`, name);
      }
      const i = code.newVariable();
      code.write(`for (let ${i} = 0; ${i} < ${count}; ${i}++) {`);
    }
    this.item(items, name, type.of);
    code.write('}');
  }

  private item(items: string | undefined, name: string, type: XdrType): void {
    if (type.kind === 'struct') {
      if (items === undefined) this.fields(type, undefined);
      else this.pushStruct(items, type);
      return;
    }
    const size = fixedSize(type);
    if (size === undefined) throw new Error(`${name}: a list of ${type.kind} is not supported`);
    this.code.requireBytes(size, name);
    if (items !== undefined) this.code.write(`${items}.push(${this.fixedValue(type, 0)});`);
    this.code.advance(size);
  }
}
