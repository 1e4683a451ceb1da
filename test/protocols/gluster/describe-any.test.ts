import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { PROGRAMS } from '../../../src/protocols/gluster/programs/index.js';
import { summaryFields, summaryKeys } from '../../../src/protocols/gluster/projection/summary-fields.js';
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import type { XdrStruct, XdrType } from '../../../src/protocols/rpc/xdr/types.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { newRandom } from '../../helpers/random.js';
import { sampleBody } from './sample.js';

const connection = { serverPort: 49152, clientPort: 49151, ...ADDRESSES, fromStart: true };

test('every procedure is described, whichever fields are missing, without words like undefined or NaN', () => {
  const random = newRandom(7);
  const programmersWords = /undefined|NaN|\[object|null|[\n\u2028]/;
  for (const program of PROGRAMS) {
    const describer = newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
    for (const procedure of program.procedures) {
      for (let i = 0; procedure !== undefined && i < 200; i++) {
        const request = sampleBody(procedure.call, random);
        const response = sampleBody(procedure.reply, random);
        const part = random.pick(['call', 'reply', 'both'] as const);
        const described = describer.describe(
          { program, procedure, request, response, whole: true, refused: false, epoch: 0 },
          part,
        );
        assert.ok(described.subject.startsWith(procedure.name));
        assert.doesNotMatch(`${described.subject} -> ${described.result ?? ''}`, programmersWords);
        assert.ok(described.subject.length < 1000);
        assert.equal(described.result === undefined, part === 'call');
        assert.equal(described.outcome === undefined, part === 'call');
        assert.ok(Object.values(described.fields).every((value) => value !== undefined));
      }
    }
  }
});

/** The fields that a summary decodes. */
function summarised(struct: XdrStruct, fields: Fields): Fields {
  const kept: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    const type: XdrType | undefined = struct.fields[name];
    if (type === undefined || !summaryFields(struct.name, name)) continue;
    const filter =
      type.kind === 'dict' && typeof value === 'object' ? summaryKeys(struct.name, name) : undefined;
    if (type.kind === 'struct') kept[name] = summarised(type, value as Fields);
    else if (filter === undefined) kept[name] = value;
    else kept[name] = Object.fromEntries(Object.entries(value as Fields).filter(([key]) => filter(key)));
  }
  return kept;
}

test('a description needs only the fields of the summary', () => {
  const random = newRandom(8);
  for (const program of PROGRAMS) {
    const fullDescriber = newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
    const summaryDescriber = newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
    for (const procedure of program.procedures) {
      for (let i = 0; procedure !== undefined && i < 50; i++) {
        const request = sampleBody(procedure.call, random);
        const response = sampleBody(procedure.reply, random);
        const { call, reply } = procedure;
        const full = { program, procedure, request, response, whole: true, refused: false, epoch: 0 };
        const summary = {
          ...full,
          request: request && typeof call !== 'string' ? summarised(call, request) : undefined,
          response: response && typeof reply !== 'string' ? summarised(reply, response) : undefined,
        };
        assert.deepEqual(
          summaryDescriber.describe(summary, 'both'),
          fullDescriber.describe(full, 'both'),
          procedure.name,
        );
      }
    }
  }
});

test('frequent messages have few fields in the summary', () => {
  assert.ok(summaryFields('gfx_write_req', 'offset') && summaryFields('gfx_read_rsp', 'op_ret'));
  for (const [struct, field] of [
    ['gfx_write_req', 'xdata'],
    ['gfx_write_req', 'fd'],
    ['gfx_read_rsp', 'stat'],
    ['gfx_readdir_rsp', 'reply'],
    ['gf_getspec_rsp', 'spec'],
    ['gd1_mgmt_v3_commit_rsp', 'dict'],
    ['any', 'constructor'],
  ]) {
    assert.ok(!summaryFields(struct, field), `${struct}.${field}`);
  }
});
