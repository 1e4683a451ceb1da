/** The rooms of src/ that each room may import, and the check for violations. */
import { posix } from 'node:path';

interface Room {
  /** The rooms that it may import besides itself. */
  readonly rooms: readonly string[];
  /** For a room without input or output: the packages of Node and npm that it may import. */
  readonly packages?: readonly string[];
}

const PURE = ['node:buffer', 'node:crypto', 'node:util'];

export const ROOMS: Readonly<Record<string, Room>> = {
  main: { rooms: ['commands', 'config'] },
  commands: {
    rooms: ['pipeline', 'config', 'capture', 'protocols', 'records', 'lines', 'output', 'observe'],
  },
  pipeline: {
    rooms: [
      'config',
      'capture',
      'clock',
      'lines',
      'ring',
      'packet',
      'stream',
      'protocols',
      'records',
      'output',
      'observe',
    ],
  },
  capture: { rooms: ['ring', 'packet', 'records', 'config', 'observe'] },
  output: { rooms: ['lines', 'records', 'config', 'observe'] },
  lines: { rooms: ['packet', 'records'] },
  clock: { rooms: ['packet', 'observe'] },
  observe: { rooms: ['protocols', 'records', 'config', 'ring'] },
  // The stream hands bytes to a protocol's interface; a protocol knows nothing of the stream.
  stream: { rooms: ['packet', 'protocols', 'records'], packages: PURE },
  protocols: { rooms: ['packet', 'records'], packages: PURE },
  records: { rooms: ['packet'], packages: PURE },
  packet: { rooms: [], packages: PURE },
  ring: { rooms: [] },
  config: { rooms: ['protocols', 'records'] },
};

/** The imports of each file of src/: paths of other files (src/...), or packages. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const IMPORTS = [
  /^\s*(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /(?<![\w.])import\(\s*['"]([^'"]+)['"]/g,
  /\bnew URL\(\s*['"](\.{1,2}\/[^'"]+\.js)['"]\s*,\s*import\.meta\.url/g, // the script of a thread or a process
];

export function importsOf(path: string, source: string): string[] {
  const found = IMPORTS.flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[1]!));
  return found.map((name) =>
    name.startsWith('.') ? posix.join(posix.dirname(path), name).replace(/\.js$/, '.ts') : name,
  );
}

/** The registry alone imports a protocol's folder, and of it only index.ts; `rpc` is the layer below `gluster`. */
export function protocolImports(graph: ImportGraph): string[] {
  const folderOf = (path: string) => /^src\/protocols\/([^/]+)\//.exec(path)?.[1];
  const found: string[] = [];
  for (const [file, imports] of graph) {
    for (const imported of imports) {
      const [from, to] = [folderOf(file), folderOf(imported)];
      if (to === undefined || from === to || to === 'framing' || (from === 'gluster' && to === 'rpc'))
        continue;
      if (file === 'src/protocols/registry.ts' && imported === `src/protocols/${to}/index.ts`) continue;
      found.push(`${file}: imports ${imported}`);
    }
  }
  return found;
}

function roomOf(path: string): string {
  return path.split('/')[1]!.replace(/\.ts$/, '');
}

export function violations(graph: ImportGraph): string[] {
  const found: string[] = [];
  const rooms = new Map<string, string[]>();
  for (const [file, imports] of graph) {
    const name = roomOf(file);
    const room = ROOMS[name];
    if (!room) {
      found.push(`${file}: no such room: ${name}`);
      continue;
    }
    for (const imported of imports) {
      if (!imported.startsWith('src/')) {
        const allowed = room.packages?.includes(imported) ?? true;
        if (imported.startsWith('.') || imported.startsWith('/')) {
          found.push(`${file}: ${imported} is outside src`);
        } else if (!allowed) found.push(`${file}: ${name} may not import ${imported}`);
        continue;
      }
      if (!graph.has(imported)) found.push(`${file}: ${imported} does not exist`);
      const other = roomOf(imported);
      if (other === name) continue;
      if (!room.rooms.includes(other)) found.push(`${file}: ${name} may not import ${other} (${imported})`);
      rooms.set(name, [...(rooms.get(name) ?? []), other]);
    }
  }
  const cycles = [...cyclesOf(graph), ...cyclesOf(rooms)];
  return [...found, ...cycles.map((cycle) => `a cycle: ${cycle.join(' -> ')}`)];
}

/** The cycles found by a depth-first search: empty only if there are none. */
export function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): void => {
    const start = path.indexOf(node);
    if (start >= 0) cycles.push([...path.slice(start), node]);
    if (start >= 0 || done.has(node)) return;
    path.push(node);
    for (const next of new Set(graph.get(node))) visit(next);
    path.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return cycles;
}
