/** The complete form of a reader: for a struct of which all bytes are available. See emit-struct.ts. */
import { StructEmitter } from './emit-struct.js';
import { fixedSize } from './layout.js';
import type { XdrStruct, XdrType } from './types.js';

/** The members of an object literal. */
type Members = string[];

export class CompleteEmitter extends StructEmitter<Members> {
  protected override newObject(): Members {
    return [];
  }

  protected override expression(members: Members): string {
    return `{ ${members.join(', ')} }`;
  }

  protected override put(members: Members, name: string, value: string): void {
    // Read now: the position moves on before the object is created.
    members.push(`${JSON.stringify(name)}: ${this.code.declare(value)}`);
  }

  protected override putStruct(members: Members, name: string, struct: XdrStruct): void {
    const nested = this.newObject();
    this.fields(struct, nested);
    this.put(members, name, this.expression(nested));
  }

  protected override pushStruct(items: string, struct: XdrStruct): void {
    const nested = this.newObject();
    this.fields(struct, nested);
    this.code.write(`${items}.push(${this.expression(nested)});`);
  }

  protected override putGfxDict(members: Members, name: string): void {
    this.put(members, name, this.code.declare(`R.gfxDict(c, undefined, '')`));
  }

  protected override putSince(members: Members, struct: string, name: string, type: XdrType): void {
    const present = this.newObject();
    const value = this.code.newVariable();
    this.code.write(`let ${value};`, 'if (p < c.recordEnd) {');
    this.readField(present, struct, name, type);
    this.code.write(`${value} = ${this.expression(present)};`, '}');
    members.push(`...${value}`);
  }

  protected override exposeRoot(): void {}

  /** A run of fixed-size fields takes a single check. */
  protected override fields(struct: XdrStruct, members: Members | undefined): void {
    const entries = Object.entries(struct.fields);
    for (let i = 0; i < entries.length; ) {
      const runEnd = endOfFixedRun(entries, i);
      if (runEnd > i) {
        this.fixedRun(struct, members, entries.slice(i, runEnd));
        i = runEnd;
      } else {
        this.field(struct, members, ...entries[i]);
        i++;
      }
    }
  }

  private fixedRun(
    struct: XdrStruct,
    members: Members | undefined,
    run: readonly (readonly [string, XdrType])[],
  ): void {
    const size = run.reduce((sum, [, type]) => sum + (fixedSize(type) as number), 0);
    this.code.requireBytes(size, run[run.length - 1][0]);
    let offset = 0;
    for (const [name, type] of run) {
      const isRead = members !== undefined && this.projection.summaryFields(struct.name, name);
      if (isRead) this.putFixed(members, name, type, offset);
      offset += fixedSize(type) as number;
    }
    this.code.advance(size);
  }
}

/** The index behind the run of fixed-size fields that begins at `start`; fields without bytes begin none. */
function endOfFixedRun(entries: readonly (readonly [string, XdrType])[], start: number): number {
  let end = start;
  let bytes = 0;
  for (; end < entries.length; end++) {
    const size = fixedSize(entries[end][1]);
    if (size === undefined) break;
    bytes += size;
  }
  return bytes > 0 ? end : start;
}
