/** Collects the source of a reader. */

export interface GeneratedReader {
  readonly source: string;
  /** K in the source: functions of the tables and of the projection. */
  readonly constants: readonly unknown[];
}

/** In the source: c is the cursor, b its bytes, p the position, e the end, R the runtime, K the constants. */
export class CodeWriter {
  private readonly lines: string[] = [];
  private readonly constants: unknown[] = [];
  private variables = 0;

  write(...lines: readonly string[]): void {
    this.lines.push(...lines);
  }

  newVariable(): string {
    return `v${this.variables++}`;
  }

  /** Stores an expression in a new variable. */
  declare(expression: string): string {
    const variable = this.newVariable();
    this.write(`const ${variable} = ${expression};`);
    return variable;
  }

  addConstant(value: unknown): string {
    this.constants.push(value);
    return `K[${this.constants.length - 1}]`;
  }

  /** Fails within `field` unless this many bytes are available. */
  requireBytes(bytes: string | number, field: string): void {
    this.write(`if (p + ${bytes} > e) R.lack(c, p + ${bytes}, ${JSON.stringify(field)});`);
  }

  advance(bytes: number): void {
    this.write(`p += ${bytes};`);
  }

  generated(): GeneratedReader {
    const source = `"use strict";\nconst b = c.bytes, e = c.end;\nlet p = c.at;\n${this.lines.join('\n')}`;
    return { source, constants: this.constants };
  }
}
