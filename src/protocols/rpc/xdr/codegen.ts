/**
 * From a table (types.ts) to the source of a JavaScript function that reads it. Only tables of our own come
 * here, never bytes of the wire: these decide nothing but which way the finished function takes.
 *
 * Why source at all: a reader that interprets the table looks each field's kind up for each message, and
 * builds objects whose shape the engine can't foresee. A generated one is straight code with a bounds check
 * for each run of fixed-size fields, and object literals.
 *
 * Two forms are made of each. `whole` collects the values and makes the object at the end; `parts`, for a
 * message that is not all there, checks each field and keeps what was read before the end.
 */
import type { KeyFilter } from './dict.js';
import { padded } from './primitives.js';
import type { Redaction } from './redaction.js';
import type { XdrStruct, XdrType } from './types.js';

export interface Generated {
  readonly source: string;
  /** What the source calls K: the tables' functions. */
  readonly constants: readonly unknown[];
}

/** What of a message is read: see compile.ts. */
export interface Projection {
  readonly summaryFields: (struct: string, field: string) => boolean;
  readonly summaryKeys: (struct: string, field: string) => KeyFilter | undefined;
  /** What is hidden; undefined: nothing. */
  readonly redaction?: Redaction | undefined;
}

/** Bytes on the wire of a type that always has as many; undefined for others. */
function fixedSize(type: XdrType): number | undefined {
  switch (type.kind) {
    case 'int':
    case 'unsigned int':
      return 4;
    case 'hyper':
    case 'unsigned hyper':
    case 'double':
      return 8;
    case 'opaque':
      return padded(type.length);
    case 'uuid words':
      return 64;
    case 'struct':
      return sum(Object.values(type.fields).map(fixedSize));
    case 'array': {
      const one = type.length === undefined ? undefined : fixedSize(type.of);
      return one === undefined ? undefined : one * (type.length as number);
    }
    default:
      return undefined;
  }
}

function sum(sizes: readonly (number | undefined)[]): number | undefined {
  let all = 0;
  for (const size of sizes) {
    if (size === undefined) return undefined;
    all += size;
  }
  return all;
}

/** The fewest bytes that a type can have: what bounds a count by the bytes at hand. */
function leastSize(type: XdrType): number {
  switch (type.kind) {
    case 'struct':
      return Object.values(type.fields).reduce((all, field) => all + leastSize(field), 0);
    case 'array':
      return type.length === undefined ? 4 : leastSize(type.of) * type.length;
    case 'gfx_dict':
      return 12;
    case 'since':
      return 0;
    default:
      return fixedSize(type) ?? 4;
  }
}

/** An object while its source is made: in `whole` its members, in `parts` the variable that it is in. */
interface Target {
  readonly members: string[];
  readonly variable: string | undefined;
}

export function generate(root: XdrStruct, form: 'whole' | 'parts', chosen: Projection): Generated {
  const { summaryFields: wanted, summaryKeys: picked, redaction: hiding } = chosen;
  const lines: string[] = [];
  const constants: unknown[] = [];
  let variables = 0;
  const fresh = (): string => `v${variables++}`;
  const parts = form === 'parts';

  const put = (target: Target, name: string, value: string) => {
    if (target.variable !== undefined) {
      lines.push(`${target.variable}[${JSON.stringify(name)}] = ${value};`);
      return;
    }
    // Read now, since the position moves on before the object is made.
    const read = fresh();
    lines.push(`const ${read} = ${value};`);
    target.members.push(`${JSON.stringify(name)}: ${read}`);
  };
  const check = (bytes: string, field: string) => {
    lines.push(`if (p + ${bytes} > e) R.lack(c, p + ${bytes}, ${JSON.stringify(field)});`);
  };
  const newTarget = (): Target => {
    if (!parts) return { members: [], variable: undefined };
    const variable = fresh();
    lines.push(`const ${variable} = {};`);
    return { members: [], variable };
  };
  const built = (target: Target): string => target.variable ?? `{ ${target.members.join(', ')} }`;

  /** The value of a number, opaque or double at `p + offset`, whose bytes are known to be there. */
  const scalar = (type: XdrType, offset: number): string => {
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
        throw new Error(`${type.kind} is no scalar`);
    }
  };

  const putScalar = (target: Target, name: string, type: XdrType, offset: number) => {
    const names = type.kind === 'int' || type.kind === 'unsigned int' ? type.names : undefined;
    if (names === undefined) {
      put(target, name, scalar(type, offset));
      return;
    }
    const value = fresh();
    lines.push(`const ${value} = ${scalar(type, offset)};`);
    put(target, name, value);
    constants.push(names.of);
    put(target, `${name}_${names.suffix}`, `K[${constants.length - 1}](${value})`);
  };

  /** A struct, or array, of fixed size at `p + offset`, checked before. Returns its value. */
  const fixedValue = (type: XdrType, offset: number): string => {
    if (type.kind === 'struct') {
      const target = newTarget();
      fixedFields(type, target, offset);
      return built(target);
    }
    if (type.kind === 'array') {
      const size = fixedSize(type.of) as number;
      const items = Array.from({ length: type.length as number }, (_, i) =>
        fixedValue(type.of, offset + i * size),
      );
      return `[${items.join(', ')}]`;
    }
    return scalar(type, offset);
  };

  const fixedFields = (struct: XdrStruct, target: Target, start: number) => {
    let offset = start;
    for (const [name, type] of Object.entries(struct.fields)) {
      if (wanted(struct.name, name)) fixedField(target, name, type, offset);
      offset += fixedSize(type) as number;
    }
  };

  const fixedField = (target: Target, name: string, type: XdrType, offset: number) => {
    if (type.kind === 'struct' || type.kind === 'array') put(target, name, fixedValue(type, offset));
    else putScalar(target, name, type, offset);
  };

  /** An opaque or a string: leaves its first byte in one variable, the byte behind it in another. */
  const counted = (field: string): { start: string; stop: string; next: string } => {
    const [length, start, next] = [fresh(), fresh(), fresh()];
    check('4', field);
    lines.push(`const ${length} = R.unsigned(b, p), ${start} = p + 4;`);
    lines.push(`const ${next} = ${start} + R.padded(${length});`);
    lines.push(`if (${next} > e) R.lack(c, ${next}, ${JSON.stringify(field)});`);
    return { start, stop: `${start} + ${length}`, next };
  };

  /** Of a dictionary whose pairs are not all wanted, or not all shown, what picks and hides them, as last arguments. */
  const picking = (struct: string, name: string): string => {
    const pick = picked(struct, name);
    const hide = hiding?.dict(struct, name);
    if (pick === undefined && hide === undefined) return '';
    constants.push(pick, hide);
    return `, K[${constants.length - 2}], K[${constants.length - 1}]`;
  };

  const variable = (target: Target | undefined, struct: string, name: string, type: XdrType) => {
    switch (type.kind) {
      case 'string': {
        const { start, stop, next } = counted(name);
        const hide = target === undefined ? undefined : hiding?.string(struct, name);
        if (target !== undefined && hide !== undefined) {
          constants.push(hide);
          put(target, name, `K[${constants.length - 1}](b, ${start}, ${stop})`);
        } else if (target !== undefined) {
          const value = fresh();
          lines.push(`const ${value} = R.text(b, ${start}, ${stop});`);
          put(target, name, value);
          put(target, `${name}_hex`, `R.rawHex(${value}, b, ${start}, ${stop})`);
        }
        lines.push(`p = ${next};`);
        return;
      }
      case 'bytes':
      case 'dict': {
        const { start, stop, next } = counted(name);
        const [reader, pick] = type.kind === 'dict' ? ['R.dict', picking(struct, name)] : ['R.hex', ''];
        if (target !== undefined) put(target, name, `${reader}(b, ${start}, ${stop}${pick})`);
        lines.push(`p = ${next};`);
        return;
      }
      case 'gfx_dict': {
        lines.push('c.at = p;');
        if (target === undefined) lines.push('R.skipGfxDict(c);');
        else if (target.variable !== undefined) {
          lines.push(`R.gfxDict(c, ${target.variable}, ${JSON.stringify(name)});`);
        } else {
          const value = fresh();
          lines.push(`const ${value} = R.gfxDict(c, undefined, '');`);
          put(target, name, value);
        }
        lines.push('p = c.at;');
        return;
      }
      case 'since':
        since(target, struct, name, type.of);
        return;
      case 'struct': {
        if (target === undefined) {
          fields(type, undefined);
          return;
        }
        const inner = newTarget();
        // In parts, put before it is filled: what it holds when the bytes end is kept.
        if (parts) put(target, name, built(inner));
        fields(type, inner);
        if (!parts) put(target, name, built(inner));
        return;
      }
      case 'array':
      case 'chain':
        list(target, name, type);
        return;
      default:
        check(String(fixedSize(type)), name);
        if (target !== undefined) putScalar(target, name, type, 0);
        lines.push(`p += ${fixedSize(type)};`);
    }
  };

  const since = (target: Target | undefined, struct: string, name: string, type: XdrType) => {
    if (target?.variable !== undefined || target === undefined) {
      lines.push('if (p < c.recordEnd) {');
      variable(target, struct, name, type);
      lines.push('}');
      return;
    }
    const inner: Target = { members: [], variable: undefined };
    const value = fresh();
    lines.push(`let ${value};`, 'if (p < c.recordEnd) {');
    variable(inner, struct, name, type);
    lines.push(`${value} = { ${inner.members.join(', ')} };`, '}');
    target.members.push(`...${value}`);
  };

  const list = (target: Target | undefined, name: string, type: XdrType) => {
    if (type.kind !== 'array' && type.kind !== 'chain') return;
    const items = fresh();
    if (target !== undefined) {
      lines.push(`const ${items} = [];`);
      put(target, name, items);
    }
    if (type.kind === 'chain') {
      // xdr_pointer(): any word but 0 says that an entry follows.
      lines.push('for (;;) {');
      check('4', name);
      lines.push('p += 4;', 'if (R.int(b, p - 4) === 0) break;');
    } else {
      const count = type.length === undefined ? fresh() : String(type.length);
      if (type.length === undefined) {
        check('4', name);
        lines.push(`const ${count} = R.unsigned(b, p);`, 'p += 4;');
        check(`${count} * ${Math.max(4, leastSize(type.of))}`, name);
      }
      const i = fresh();
      lines.push(`for (let ${i} = 0; ${i} < ${count}; ${i}++) {`);
    }
    item(target === undefined ? undefined : items, name, type.of);
    lines.push('}');
  };

  const item = (items: string | undefined, name: string, type: XdrType) => {
    if (type.kind === 'struct') {
      if (items === undefined) {
        fields(type, undefined);
        return;
      }
      const inner = newTarget();
      if (parts) lines.push(`${items}.push(${built(inner)});`);
      fields(type, inner);
      if (!parts) lines.push(`${items}.push(${built(inner)});`);
      return;
    }
    const size = fixedSize(type);
    if (size === undefined) throw new Error(`${name}: a list of ${type.kind} is not known`);
    check(String(size), name);
    if (items !== undefined) lines.push(`${items}.push(${fixedValue(type, 0)});`);
    lines.push(`p += ${size};`);
  };

  /** A struct's fields in their order; without a target they are only passed over. */
  const fields = (struct: XdrStruct, target: Target | undefined) => {
    const all = Object.entries(struct.fields);
    for (let i = 0; i < all.length; i++) {
      // The run of fixed-size fields that begins here: one check for all of them.
      let run = 0;
      let last = i;
      for (; last < all.length && !parts; last++) {
        const size = fixedSize(all[last][1]);
        if (size === undefined) break;
        run += size;
      }
      if (run > 0) {
        check(String(run), all[last - 1][0]);
        let offset = 0;
        for (; i < last; i++) {
          const [name, type] = all[i];
          if (target !== undefined && wanted(struct.name, name)) fixedField(target, name, type, offset);
          offset += fixedSize(type) as number;
        }
        i--;
        lines.push(`p += ${run};`);
        continue;
      }
      const [name, type] = all[i];
      const into = target !== undefined && wanted(struct.name, name) ? target : undefined;
      variable(into, struct.name, name, type);
    }
  };

  const target = newTarget();
  if (parts) lines.push(`c.partial = ${built(target)};`);
  fields(root, target);
  lines.push('c.at = p;', `return ${built(target)};`);
  const source = `"use strict";\nconst b = c.bytes, e = c.end;\nlet p = c.at;\n${lines.join('\n')}`;
  return { source, constants };
}
