import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProjectFile, typescriptFiles } from '../helpers/project.js';
import {
  cyclesOf,
  DIVIDED_ROOMS,
  folderViolations,
  importsOf,
  protocolImports,
  ROOMS,
  violations,
} from './imports.js';

const files = typescriptFiles('src');
const graph = new Map(files.map((file) => [file, importsOf(file, readProjectFile(file))]));

test('imports go one way', () => {
  assert.ok(files.length > 0);
  assert.deepEqual(violations(graph), []);
});

test('the folders of a room import one way', () => {
  assert.deepEqual(folderViolations(graph), []);
  const broken = new Map([
    ['src/pipeline/decode/a.ts', ['src/pipeline/threads/a.ts', 'src/pipeline/decode/b.ts']],
    ['src/pipeline/threads/a.ts', ['src/pipeline/decode/a.ts', 'src/ring/ring.ts']],
    ['src/output/sinks/a.ts', ['src/output/line-sink.ts', 'src/output/open-sink.ts']],
    ['src/output/line-sink.ts', ['src/output/severity.ts', 'src/output/sinks/a.ts']],
    ['src/output/open-sink.ts', ['src/output/line-sink.ts', 'src/output/sinks/a.ts']],
  ]);
  assert.deepEqual(folderViolations(broken), [
    'src/pipeline/decode/a.ts: may not import src/pipeline/threads/a.ts',
    'src/output/sinks/a.ts: may not import src/output/open-sink.ts',
    'src/output/line-sink.ts: may not import src/output/sinks/a.ts',
  ]);
});

test('the tables of folders name every folder and have no cycles', () => {
  for (const [room, { folders, shared }] of Object.entries(DIVIDED_ROOMS)) {
    assert.deepEqual(cyclesOf(new Map(Object.entries(folders))), []);
    const root = `src/${room}/`;
    const inside = files.filter((file) => file.startsWith(root)).map((file) => file.slice(root.length));
    const existing = inside.filter((file) => file.includes('/')).map((file) => file.split('/')[0]);
    assert.deepEqual(Object.keys(folders).sort(), [...new Set(existing)].sort());
    for (const file of shared) assert.ok(inside.includes(`${file}.ts`), file);
  }
});

test('only the registry imports a protocol', () => {
  assert.deepEqual(protocolImports(graph), []);
  const broken = new Map([
    ['src/config/a.ts', ['src/protocols/gearman/index.ts']],
    ['src/protocols/registry.ts', ['src/protocols/gearman/packet.ts', 'src/protocols/tls/index.ts']],
    ['src/protocols/tls/a.ts', ['src/protocols/gearman/packet.ts', 'src/protocols/tls/b.ts']],
  ]);
  assert.deepEqual(protocolImports(broken), [
    'src/config/a.ts: imports src/protocols/gearman/index.ts',
    'src/protocols/registry.ts: imports src/protocols/gearman/packet.ts',
    'src/protocols/tls/a.ts: imports src/protocols/gearman/packet.ts',
  ]);
});

test('the table of rooms has no cycles and no unknown rooms', () => {
  const table = new Map(Object.entries(ROOMS).map(([name, room]) => [name, room.rooms]));
  assert.deepEqual(cyclesOf(table), []);
  for (const rooms of table.values()) for (const room of rooms) assert.ok(table.has(room), room);
});

test('every form of import is recognised', () => {
  const source = `#!/usr/bin/env node
import { pino } from 'pino';
import type { A } from './a.js';
import {
  type B,
  b,
} from '../ring/b.js';
import './c.js';
export * from './d.js';
export type { E } from './e.js';
const later = await import('./f.js');
const thread = new Worker(new URL('./g-thread.js', import.meta.url));
// import nothing from a comment's 'text'
`;
  const expected = ['pino', 'src/x/a.ts', 'src/ring/b.ts', 'src/x/c.ts', 'src/x/d.ts', 'src/x/e.ts'];
  assert.deepEqual(
    importsOf('src/x/x.ts', source).sort(),
    [...expected, 'src/x/f.ts', 'src/x/g-thread.ts'].sort(),
  );
});

test('each kind of violation is reported', () => {
  const cases: [string, Record<string, string[]>][] = [
    [
      'src/packet/a.ts: packet may not import ring (src/ring/b.ts)',
      { 'src/packet/a.ts': ['src/ring/b.ts'], 'src/ring/b.ts': [] },
    ],
    ['src/protocols/a.ts: protocols may not import node:fs', { 'src/protocols/a.ts': ['node:fs'] }],
    ['src/records/a.ts: records may not import pino', { 'src/records/a.ts': ['pino'] }],
    ['src/misc/a.ts: no such room: misc', { 'src/misc/a.ts': [] }],
    ['src/ring/a.ts: src/ring/b.ts does not exist', { 'src/ring/a.ts': ['src/ring/b.ts'] }],
    ['src/ring/a.ts: ../x.ts is outside src', { 'src/ring/a.ts': ['../x.ts'] }],
    [
      'a cycle: src/ring/a.ts -> src/ring/b.ts -> src/ring/a.ts',
      { 'src/ring/a.ts': ['src/ring/b.ts'], 'src/ring/b.ts': ['src/ring/a.ts'] },
    ],
    [
      'a cycle: capture -> observe -> capture',
      {
        'src/capture/a.ts': ['src/observe/a.ts'],
        'src/observe/a.ts': [],
        'src/observe/b.ts': ['src/capture/b.ts'],
        'src/capture/b.ts': [],
      },
    ],
  ];
  for (const [expected, graph] of cases) {
    const found = violations(new Map(Object.entries(graph)));
    assert.ok(found.includes(expected), `${expected}: ${found.join('; ')}`);
  }
  const allowed = { 'src/packet/a.ts': ['node:crypto', 'src/packet/b.ts'], 'src/packet/b.ts': [] };
  assert.deepEqual(violations(new Map(Object.entries(allowed))), []);
});
