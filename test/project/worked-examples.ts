/**
 * The worked examples of docs/contributing.md. Each ```diff block begins with the path of a file and changes it: lines
 * with a space or a minus must stand in the file exactly once, in this order, and lines with a plus are added. A file
 * that does not exist is made of the added lines.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Change {
  readonly path: string;
  /** The lines before and after the change. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The changes of the example below a heading of the document. */
export function changesOf(document: string, heading: string): Change[] {
  const section = document.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`no section ${heading}`);
  return [...section.matchAll(/^```diff\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => parseBlock(block!));
}

function parseBlock(block: string): Change[] {
  return block
    .split(/^--- /m)
    .slice(1)
    .map((text) => {
      const [path, ...lines] = text.trimEnd().split('\n');
      const kept = (marks: string) =>
        lines.filter((line) => marks.includes(line[0] ?? ' ')).map((line) => line.slice(1));
      return { path: path!, before: kept(' -'), after: kept(' +') };
    });
}

/** Applies a change to the files below a folder. */
export function applyChange(root: string, { path, before, after }: Change): void {
  const file = join(root, path);
  if (!existsSync(file)) {
    if (before.length > 0) throw new Error(`${path} does not exist`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${after.join('\n')}\n`);
    return;
  }
  const text = readFileSync(file, 'utf8');
  const parts = text.split(`${before.join('\n')}\n`);
  if (parts.length !== 2) throw new Error(`${path}: found ${parts.length - 1} times:\n${before.join('\n')}`);
  writeFileSync(file, parts.join(`${after.join('\n')}\n`));
}
