/** Parses a configuration file: YAML with the long options' names as keys. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml';
import type { Definition, Definitions } from './definition.js';
import { suggest } from './suggest-name.js';
import { UserError } from './user-error.js';

export interface FileValue {
  readonly value: unknown;
  readonly line: number;
}

/** @throws UserError with the file, the line and the key */
export function parseConfig(path: string, text: string, definitions: Definitions): Map<string, FileValue> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (node: Node | null | undefined): number => lines.linePos(node?.range?.[0] ?? 0).line;
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    throw new UserError(`${path}:${lines.linePos(problem.pos[0]).line}: invalid YAML: ${problem.message}`);
  }
  const values = new Map<string, FileValue>();
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return values;
  if (!isMap(root))
    throw new UserError(`${path}:${lineOf(root)}: expected keys with values, such as view: calls`);
  for (const { key: keyNode, value: node } of root.items as { key: Node; value: Node | null }[]) {
    const key = isScalar(keyNode) ? String(keyNode.value) : keyNode.toString();
    const line = lineOf(keyNode);
    if (!Object.hasOwn(definitions, key)) {
      throw new UserError(`${path}:${line}: ${key}: no such key${suggest(key, Object.keys(definitions))}`);
    }
    let value: unknown;
    try {
      value = parseValue(definitions[key], resolveAlias(node, document), document);
    } catch (error) {
      // An alias without an anchor, or inside its own anchor.
      value = new Error((error as Error).message.split('\n')[0]);
    }
    if (value instanceof Error) throw new UserError(`${path}:${line}: ${key}: ${value.message}`);
    values.set(key, { value, line });
  }
  return values;
}

function resolveAlias(node: Node | null, document: Document): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

function parseValue(definition: Definition, node: Node | null, document: Document): unknown {
  const { type, commas, json } = definition;
  const textOf = (valueNode: Node | null) =>
    json === true && isMap(valueNode) ? JSON.stringify(valueNode.toJS(document)) : scalarText(valueNode);
  if (isSeq(node)) {
    if (type !== 'array' && commas !== true) return new Error('a list: expected one value');
    const parts: string[] = [];
    for (const item of node.items as Node[]) {
      const text = textOf(resolveAlias(item, document));
      if (text === undefined) return new Error('expected plain values in the list');
      parts.push(text);
    }
    return type === 'array' ? parts : parts.join(',');
  }
  const text = textOf(node);
  if (text === undefined)
    return new Error(isMap(node) ? 'a mapping: expected a string (quote it)' : 'expected a value');
  if (type === 'array') return [text];
  if (type !== 'boolean') return text;
  return text === 'true' || text === 'false' ? text === 'true' : new Error(`${text}: expected true or false`);
}

/** The text of a scalar, of a number as it is written; undefined: no scalar, or null. */
function scalarText(node: Node | null): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  const { value, source } = node as Scalar;
  return typeof value === 'string' ? value : (source ?? String(value));
}
