import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProgram, PROGRAMS } from '../../../src/protocols/gluster/programs/index.js';
import {
  gf_iatt,
  gf_proto_lease,
  gf_statfs,
  gfx_iattx,
  gfx_mdata_iatt,
} from '../../../src/protocols/gluster/programs/structs.js';
import type { Body } from '../../../src/protocols/rpc/program.js';
import type { XdrStruct, XdrType } from '../../../src/protocols/rpc/xdr/types.js';

interface Occurrence {
  readonly where: string;
  readonly struct: XdrStruct;
  /** The struct of a message, not a nested one. */
  readonly top: boolean;
}

function nestedStructs(type: XdrType): readonly XdrStruct[] {
  switch (type.kind) {
    case 'struct':
      return [type];
    case 'array':
    case 'chain':
    case 'since':
      return nestedStructs(type.of);
    default:
      return [];
  }
}

function occurrences(where: string, struct: XdrStruct, top: boolean): readonly Occurrence[] {
  const inner = Object.values(struct.fields).flatMap(nestedStructs);
  return [
    { where, struct, top },
    ...inner.flatMap((nested) => occurrences(`${where} ${nested.name}`, nested, false)),
  ];
}

const bodies = (call: Body | undefined, reply: Body | undefined): readonly XdrStruct[] =>
  [call, reply].filter((body) => typeof body === 'object');

function ofProgram(number: number, version: number): readonly Occurrence[] {
  return (findProgram(number, version)?.procedures ?? []).flatMap((row) =>
    bodies(row?.call, row?.reply).flatMap((body) =>
      occurrences(`${version} ${row?.name} ${body.name}`, body, true),
    ),
  );
}

const ALL: readonly Occurrence[] = PROGRAMS.flatMap(({ number, version }) => ofProgram(number, version));

/** Size on the wire, in bytes, of a type of fixed size. */
function size(type: XdrType): number {
  switch (type.kind) {
    case 'int':
    case 'unsigned int':
      return 4;
    case 'hyper':
    case 'unsigned hyper':
    case 'double':
      return 8;
    case 'opaque':
      return Math.ceil(type.length / 4) * 4;
    case 'uuid words':
      return 64;
    case 'struct':
      return Object.values(type.fields).reduce((sum, field) => sum + size(field), 0);
    default:
      return Number.NaN;
  }
}

test('structs of fixed size have the size that they have in GlusterFS', () => {
  assert.equal(size(gfx_iattx), 148);
  assert.equal(size(gfx_mdata_iatt), 36);
  assert.equal(size(gf_iatt), 100);
  assert.equal(size(gf_statfs), 88);
  assert.equal(size(gf_proto_lease), 28);
  const fixed = (name: string): number =>
    size(ALL.find(({ struct }) => struct.name === name)?.struct as XdrStruct);
  assert.equal(fixed('gd1_mgmt_cluster_lock_req'), 64);
  assert.equal(fixed('gd1_mgmt_cluster_lock_rsp'), 72);
  assert.equal(fixed('gf_dump_req'), 8);
  assert.equal(fixed('pmap_port_by_brick_rsp'), 16);
  assert.equal(fixed('changelog_event_req'), 24);
});

test('calls have structs for requests, replies have structs for responses', () => {
  for (const { number, version, name, procedures } of PROGRAMS) {
    for (const row of procedures) {
      if (typeof row?.call === 'object') assert.match(row.call.name, /_req$|_update$|^gf_statedump$/, name);
      if (typeof row?.reply === 'object') {
        assert.match(row.reply.name, /_rsp$/, `${number} ${version} ${row.name}`);
        assert.equal(row.reply.fields.op_ret?.kind, 'int', `${number} ${version} ${row.name}`);
      }
    }
  }
});

test('within a program a name stands for one struct, apart from the names of its numbers', () => {
  for (const { number, version } of PROGRAMS) {
    const shapes = new Map<string, string>();
    for (const { struct, where } of ofProgram(number, version)) {
      const shape = JSON.stringify(struct, (key, value) => (key === 'names' ? undefined : value));
      assert.equal(shapes.get(struct.name) ?? shape, shape, where);
      shapes.set(struct.name, shape);
    }
  }
});

test('a field has the same type in all structs', () => {
  for (const { where, struct } of ALL) {
    for (const [name, type] of Object.entries(struct.fields)) {
      const at = `${where}.${name}`;
      const kind = type.kind === 'since' ? type.of.kind : type.kind;
      if (/^(op_ret|op_errno|valid|what)$/.test(name)) assert.equal(kind, 'int', at);
      if (/^(fd|fd_in|fd_out|dev|ia_ino|ia_dev|ia_rdev|d_ino|d_off)$/.test(name))
        assert.ok((type.kind === 'hyper' || type.kind === 'unsigned hyper') && type.id, at);
      if (/^(ia_size|start|len|off_in|off_out|files)$/.test(name) && kind !== 'unsigned int')
        assert.ok(type.kind === 'unsigned hyper' && !type.id, at);
      if (/gfid[12]?$/.test(name) && struct.name !== 'gfs3_cbk_cache_invalidation_req')
        assert.ok(type.kind === 'opaque' && type.uuid && type.length === 16, at);
      if (/^(uuid|txn_id)$/.test(name)) assert.equal(kind, 'uuid words', at);
      if (/^(lease_id|tid)$/.test(name))
        assert.ok(type.kind === 'opaque' && !type.uuid && type.length === 16, at);
      if (/^(xdata|xattr|dict)$/.test(name)) assert.match(kind, /dict$/, at);
      if (/^(bname|name|path|volume|volname|hostname|op_errstr)$/.test(name))
        assert.equal(kind, 'string', at);
    }
  }
});

test('a directory cookie is an id, an offset in a file is not', () => {
  for (const { where, struct } of ofProgram(1298437, 400)) {
    const offset = struct.fields.offset;
    if (offset === undefined) continue;
    const cookie = /^gfx_readdirp?_req$/.test(struct.name);
    assert.ok(offset.kind === 'unsigned hyper' && offset.id === cookie, where);
  }
});

test('dictionaries: typed in version 400, last in version 330, of few operations in 310', () => {
  for (const { where, struct, top } of ofProgram(1298437, 400)) {
    if (struct.name === 'gf_common_rsp') continue;
    for (const type of Object.values(struct.fields)) assert.notEqual(type.kind, 'dict', where);
    const fields = Object.keys(struct.fields);
    if (top && struct.name.endsWith('_req')) assert.equal(fields.at(-1), 'xdata', where);
    if (top && struct.name.endsWith('_rsp'))
      assert.equal(fields.indexOf('xdata'), struct.name === 'gfx_read_rsp' ? 4 : 2, where);
  }
  for (const { where, struct, top } of ofProgram(1298437, 330)) {
    const last = struct.name === 'gfs3_readdirp_req' ? 'dict' : 'xdata';
    if (top) assert.equal(Object.keys(struct.fields).at(-1), last, where);
  }
  for (const { where, struct } of ofProgram(1298437, 310))
    assert.equal(struct.fields.xdata, undefined, where);
  for (const { where, struct } of ALL.filter((occurrence) => !occurrence.where.startsWith('400 '))) {
    for (const type of Object.values(struct.fields)) assert.notEqual(type.kind, 'gfx_dict', where);
  }
});

test('fields that older senders lack are last in the message', () => {
  const late = new Set<string>();
  for (const { where, struct, top } of ALL) {
    const since = Object.entries(struct.fields).map(([name, { kind }]) => (kind === 'since' ? name : ''));
    const first = since.findIndex((name) => name !== '');
    if (first < 0) continue;
    assert.ok(top, where);
    for (const name of since.slice(first)) assert.notEqual(name, '', where);
    late.add(`${struct.name} ${since.slice(first).join(' ')}`);
  }
  assert.deepEqual([...late].sort(), [
    'gd1_mgmt_brick_op_req dict',
    'gf1_cli_delete_vol_rsp op_errstr',
    'gf1_cli_stop_vol_rsp op_errstr',
    'pmap_signin_req pid',
    'pmap_signout_req rdma_port',
  ]);
});
