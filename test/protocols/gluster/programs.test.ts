import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProgram, PROGRAMS, programDataset } from '../../../src/protocols/gluster/programs/index.js';
import type { GlusterProcedure } from '../../../src/protocols/gluster/programs/procedure.js';
import type { XdrFields, XdrType } from '../../../src/protocols/rpc/xdr/types.js';

/** Name, number, version, dataset, and the number of procedures in the newest GlusterFS with this version. */
const EXPECTED: readonly (readonly [string, number, number, string, number])[] = [
  ['GLUSTER_FOP', 1298437, 400, 'fop', 57],
  ['GLUSTER_FOP', 1298437, 330, 'fop', 53],
  ['GLUSTER_FOP', 1298437, 310, 'fop', 43],
  ['GLUSTER_HNDSK', 14398633, 2, 'handshake', 8],
  ['GLUSTER_HNDSK', 14398633, 1, 'handshake', 4],
  ['GLUSTER_DUMP', 123451501, 1, 'dump', 3],
  ['GLUSTER_PMAP', 34123456, 1, 'portmap', 6],
  ['GLUSTER_CBK', 52743234, 1, 'callback', 12],
  ['GD_MGMT', 1238433, 1, 'mgmt', 9],
  ['GD_MGMT', 1238433, 2, 'mgmt', 5],
  ['GD_MGMT', 1238433, 3, 'mgmt', 8],
  ['GD_FRIEND', 1238437, 2, 'friend', 5],
  ['GD_MGMT_HNDSK', 1239873, 1, 'peer_handshake', 3],
  ['GLUSTERD1_MGMT', 1298433, 1, 'mgmt', 32],
  ['GD_BRICK', 4867634, 2, 'brick', 16],
  ['GD_BRICK', 4867634, 1, 'brick', 3],
  ['CLI', 1238463, 2, 'cli', 50],
  ['CLI', 1238463, 1, 'cli', 29],
  ['GLUSTER_AGGREGATOR', 29852134, 1, 'quota', 3],
  ['CHANGELOG_RPC', 1885957735, 1, 'changelog', 2],
  ['CHANGELOG_REV_RPC', 1886350951, 1, 'changelog', 2],
];

const rows = (number: number, version: number): readonly GlusterProcedure[] => {
  const procedures = findProgram(number, version)?.procedures ?? [];
  return procedures.filter((row) => row !== undefined);
};

const ALL: readonly GlusterProcedure[] = PROGRAMS.flatMap(({ number, version }) => rows(number, version));

test('every program is found by its number and version', () => {
  for (const [name, number, version, dataset, count] of EXPECTED) {
    const found = findProgram(number, version);
    assert.ok(found, `${name} ${version}`);
    assert.equal(found.name, name);
    assert.equal(found.dataset, `gluster.${dataset}`, name);
    assert.equal(found.procedures.length, count, `${name} ${version}`);
    assert.ok(programDataset(number) !== undefined);
  }
  assert.equal(PROGRAMS.length, EXPECTED.length);
  assert.equal(findProgram(1298437, 500), undefined);
  assert.equal(findProgram(100003, 3), undefined);
  assert.equal(programDataset(100003), undefined);
});

test('procedures are numbered without gaps, have distinct names, and begin with NULL', () => {
  for (const { name, version, procedures } of PROGRAMS) {
    procedures.forEach((row, number) => {
      assert.equal(row?.number, number, `${name} ${version}`);
    });
    const names = procedures.map((row) => row?.name);
    assert.equal(new Set(names).size, names.length, `${name} ${version}`);
    assert.equal(names[0], 'NULL');
    for (const procedure of names) assert.match(procedure ?? '', /^[A-Z][A-Z0-9_]*$/);
  }
});

test('programs and procedures whose numbers other dissectors get wrong', () => {
  const nameOf = (version: number, number: number): string | undefined =>
    findProgram(1298437, version)?.procedures[number]?.name;
  for (const version of [310, 330, 400]) {
    assert.equal(nameOf(version, 27), 'LOOKUP');
    assert.equal(nameOf(version, 40), 'READDIRP');
    assert.equal(nameOf(version, 41), 'RELEASE');
    assert.equal(nameOf(version, 42), 'RELEASEDIR');
  }
  assert.equal(nameOf(330, 52), 'SETACTIVELK');
  assert.equal(nameOf(400, 48), 'SEEK');
  assert.equal(nameOf(400, 56), 'COPY_FILE_RANGE');
});

test('only callbacks have no replies', () => {
  for (const { name, callback, procedures } of PROGRAMS) {
    assert.equal(callback, name === 'GLUSTER_CBK');
    for (const row of procedures) {
      assert.equal(row?.reply === 'never', callback, `${name} ${row?.name}`);
      assert.notEqual(row?.call, 'never');
    }
  }
});

test('file data follows READ replies, WRITE and PUT calls, and changelog events', () => {
  const carriers = PROGRAMS.flatMap(({ version, procedures }) =>
    procedures.flatMap((row) => (row?.data === undefined ? [] : [`${version} ${row.name} ${row.data}`])),
  );
  assert.deepEqual(carriers, [
    '400 READ reply',
    '400 WRITE call',
    '400 PUT call',
    '330 READ reply',
    '330 WRITE call',
    '310 READ reply',
    '310 WRITE call',
    '1 EVENT call',
  ]);
  for (const version of [310, 330, 400]) {
    for (const { data, call, reply, name } of rows(1298437, version)) {
      const carrier = data === 'call' ? call : data === 'reply' ? reply : undefined;
      if (typeof carrier === 'object') assert.equal(carrier.fields.size?.kind, 'unsigned int', name);
      else assert.equal(carrier, undefined, name);
    }
  }
});

test('procedures with bodies of unknown form', () => {
  const unknown = PROGRAMS.flatMap(({ name, version, procedures }) =>
    procedures.flatMap((row) => (row?.call === 'unknown' ? [`${name} ${version} ${row.name}`] : [])),
  );
  assert.deepEqual(unknown, [
    'GLUSTER_FOP 400 COMPOUND',
    'GLUSTER_FOP 330 COMPOUND',
    'CLI 2 GETSPEC',
    'CLI 2 PMAP_PORTBYBRICK',
    'CLI 1 GETSPEC',
    'CLI 1 PMAP_PORTBYBRICK',
  ]);
});

/** The names of fields that two tables have in common, including nested structs. */
function* commonFields(reads: XdrFields, fields: XdrFields, path = ''): Generator<string> {
  for (const [name, type] of Object.entries(reads)) {
    if (!Object.hasOwn(fields, name)) continue;
    yield `${path}${name}`;
    const [inner, struct] = [structIn(type), structIn(fields[name])];
    if (inner !== undefined && struct !== undefined) yield* commonFields(inner, struct, `${path}${name}.`);
  }
}

function structIn(type: XdrType): XdrFields | undefined {
  if (type.kind === 'struct') return type.fields;
  return 'of' in type ? structIn(type.of) : undefined;
}

test('each field that a part of a description reads is in a struct that the part is used for', () => {
  const read = new Map<XdrFields, Set<string>>();
  for (const { call, callReads, reply, replyReads } of ALL) {
    for (const [body, tables] of [[call, callReads] as const, [reply, replyReads] as const]) {
      for (const table of tables) {
        const found = read.get(table) ?? new Set();
        read.set(table, found);
        if (typeof body === 'object') for (const name of commonFields(table, body.fields)) found.add(name);
      }
    }
  }
  for (const [table, found] of read) {
    assert.deepEqual(
      [...commonFields(table, table)].filter((name) => !found.has(name)),
      [],
    );
  }
});

test('every call with a struct has a subject, except these', () => {
  const bare = PROGRAMS.flatMap(({ name, version, procedures }) =>
    procedures.flatMap((row) =>
      typeof row?.call === 'object' && row.subject.length === 0 ? [`${name} ${version} ${row.name}`] : [],
    ),
  );
  assert.deepEqual(bare, [
    'GLUSTER_HNDSK 2 SET_LK_VER',
    'GLUSTER_DUMP 1 DUMP',
    'GLUSTER_CBK 1 STATEDUMP',
    'GLUSTERD1_MGMT 1 CLI_LIST_FRIENDS',
    'CLI 2 LIST_FRIENDS',
    'CLI 2 GETWD',
    'CLI 2 MOUNT',
    'CLI 1 LIST_FRIENDS',
    'CLI 1 GETWD',
    'CHANGELOG_RPC 1 PROBE_FILTER',
    'CHANGELOG_REV_RPC 1 EVENT',
  ]);
});

test('a file operation that carries a name has a path observation, and one with a lock has a lock use', () => {
  for (const version of [310, 330, 400]) {
    for (const { name, call, paths, locks } of rows(1298437, version)) {
      if (typeof call === 'string') continue;
      const names = ['bname', 'oldbname', 'newbname'].some((field) => Object.hasOwn(call.fields, field));
      if (names) assert.ok(paths, `${version} ${name}`);
      const isLock = Object.hasOwn(call.fields, 'volume') || Object.hasOwn(call.fields, 'flock');
      if (isLock) assert.ok(locks?.kind !== undefined, `${version} ${name}`);
    }
  }
});
