import assert from 'node:assert/strict';
import test from 'node:test';
import { findProgram, PROGRAMS, programDataset } from '../../../src/protocols/gluster/programs/index.js';
import type { Procedure } from '../../../src/protocols/rpc/program.js';

/** Name, number, version, dataset, and how many procedures the newest GlusterFS with this version has. */
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

const rows = (number: number, version: number): readonly Procedure[] => {
  const found = findProgram(number, version)?.procedures ?? [];
  return found.filter((row) => row !== undefined);
};

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

test('procedures have no gaps, no name twice, and begin with NULL', () => {
  for (const { name, version, procedures } of PROGRAMS) {
    procedures.forEach((row, number) => {
      assert.equal(row?.number, number, `${name} ${version}`);
    });
    const names = procedures.map((row) => row?.name);
    assert.equal(new Set(names).size, names.length, `${name} ${version}`);
    assert.equal(names[0], 'NULL');
    for (const each of names) assert.match(each ?? '', /^[A-Z][A-Z0-9_]*$/);
  }
});

test('numbers that other dissectors get wrong', () => {
  const at = (version: number, number: number): string | undefined =>
    findProgram(1298437, version)?.procedures[number]?.name;
  for (const version of [310, 330, 400]) {
    assert.equal(at(version, 27), 'LOOKUP');
    assert.equal(at(version, 40), 'READDIRP');
    assert.equal(at(version, 41), 'RELEASE');
    assert.equal(at(version, 42), 'RELEASEDIR');
  }
  assert.equal(at(330, 52), 'SETACTIVELK');
  assert.equal(at(400, 48), 'SEEK');
  assert.equal(at(400, 56), 'COPY_FILE_RANGE');
});

test('only the callbacks have no replies', () => {
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

test('what nobody has written down', () => {
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
