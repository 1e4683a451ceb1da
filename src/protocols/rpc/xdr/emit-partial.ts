/** The partial form of a reader: for a struct of which bytes are missing. See emit-struct.ts. */
import { StructEmitter } from './emit-struct.js';
import type { XdrStruct, XdrType } from './types.js';

/** The variable that holds an object. Objects are put where they belong before they are filled. */
type Variable = string;

export class PartialEmitter extends StructEmitter<Variable> {
  protected override newObject(): Variable {
    return this.code.declare('{}');
  }

  protected override expression(variable: Variable): string {
    return variable;
  }

  protected override put(variable: Variable, name: string, value: string): void {
    this.code.write(`${variable}[${JSON.stringify(name)}] = ${value};`);
  }

  protected override putStruct(variable: Variable, name: string, struct: XdrStruct): void {
    const nested = this.newObject();
    this.put(variable, name, nested);
    this.fields(struct, nested);
  }

  protected override pushStruct(items: string, struct: XdrStruct): void {
    const nested = this.newObject();
    this.code.write(`${items}.push(${nested});`);
    this.fields(struct, nested);
  }

  protected override putGfxDict(variable: Variable, name: string): void {
    this.code.write(`R.gfxDict(c, ${variable}, ${JSON.stringify(name)});`);
  }

  protected override putSince(variable: Variable, struct: string, name: string, type: XdrType): void {
    this.code.write('if (p < c.recordEnd) {');
    this.readField(variable, struct, name, type);
    this.code.write('}');
  }

  protected override exposeRoot(root: Variable): void {
    this.code.write(`c.partial = ${root};`);
  }
}
