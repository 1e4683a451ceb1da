/** The rooms of src/ that each room may import, the same for folders within a room, and the check for violations. */
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

/** A room that is divided further. Its files outside of folders are above them all, but for the shared ones. */
interface DividedRoom {
  /** Files below the folders, which any of them may import, without their extension. */
  readonly shared: readonly string[];
  /** The folders that each folder may import besides itself. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
}

export const DIVIDED_ROOMS: Readonly<Record<string, DividedRoom>> = {
  pipeline: { shared: [], folders: { threads: ['decode'], decode: [] } },
  capture: {
    shared: ['engine', 'privileges', 'sink', 'watermark'],
    folders: { file: [], libpcap: [], cap: [] },
  },
  output: { shared: ['line-sink', 'severity'], folders: { sinks: [] } },
  'protocols/gluster': {
    shared: ['fields', 'values'],
    folders: {
      cluster: ['programs', 'describe', 'paths'],
      projection: ['programs', 'describe'],
      programs: ['describe', 'locks', 'paths', 'enums'],
      describe: ['paths', 'enums'],
      locks: ['paths', 'enums'],
      paths: [],
      enums: [],
    },
  },
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

/** The imports within the divided rooms that their tables do not allow. */
export function folderViolations(graph: ImportGraph): string[] {
  return Object.entries(DIVIDED_ROOMS).flatMap(([name, room]) => {
    const root = `src/${name}/`;
    return [...graph]
      .filter(([file]) => file.startsWith(root))
      .flatMap(([file, imports]) =>
        imports
          .filter((imported) => imported.startsWith(root))
          .filter((imported) => !mayImport(room, file.slice(root.length), imported.slice(root.length)))
          .map((imported) => `${file}: may not import ${imported}`),
      );
  });
}

/** @param file and `imported`: paths within the room */
function mayImport({ shared, folders }: DividedRoom, file: string, imported: string): boolean {
  const [from, to] = [file, imported].map((path) => path.split('/')[0].replace(/\.ts$/, ''));
  const isShared = shared.includes(to);
  if (shared.includes(from)) return isShared;
  return from === to || isShared || !file.includes('/') || folders[from]?.includes(to) === true;
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
