import assert from 'node:assert/strict';
import test from 'node:test';
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

test('every procedure, whatever is missing: a subject, and no word that only a program says', () => {
  const random = newRandom(7);
  const wrong = /undefined|NaN|\[object|null|[\n\u2028]/;
  for (const program of PROGRAMS) {
    const describer = newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
    for (const procedure of program.procedures) {
      for (let i = 0; procedure !== undefined && i < 200; i++) {
        const request = sampleBody(procedure.call, random);
        const response = sampleBody(procedure.reply, random);
        const part = random.pick(['call', 'reply', 'both'] as const);
        const said = describer.describe(
          { program, procedure, request, response, whole: true, refused: false, epoch: 0 },
          part,
        );
        assert.ok(said.subject.startsWith(procedure.name));
        assert.doesNotMatch(`${said.subject} -> ${said.result ?? ''}`, wrong);
        assert.ok(said.subject.length < 1000);
        assert.equal(said.result === undefined, part === 'call');
        assert.equal(said.outcome === undefined, part === 'call');
        assert.ok(Object.values(said.fields).every((value) => value !== undefined));
      }
    }
  }
});

/** What a reader of wanted fields alone gives. */
function brief(struct: XdrStruct, fields: Fields): Fields {
  const kept: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    const type: XdrType | undefined = struct.fields[name];
    if (type === undefined || !summaryFields(struct.name, name)) continue;
    const pick =
      type.kind === 'dict' && typeof value === 'object' ? summaryKeys(struct.name, name) : undefined;
    if (type.kind === 'struct') kept[name] = brief(type, value as Fields);
    else if (pick === undefined) kept[name] = value;
    else kept[name] = Object.fromEntries(Object.entries(value as Fields).filter(([key]) => pick(key)));
  }
  return kept;
}

test('the wanted fields are all that a description needs', () => {
  const random = newRandom(8);
  for (const program of PROGRAMS) {
    const whole = newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
    const small = newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
    for (const procedure of program.procedures) {
      for (let i = 0; procedure !== undefined && i < 50; i++) {
        const request = sampleBody(procedure.call, random);
        const response = sampleBody(procedure.reply, random);
        const { call, reply } = procedure;
        const all = { program, procedure, request, response, whole: true, refused: false, epoch: 0 };
        const some = {
          ...all,
          request: request && typeof call !== 'string' ? brief(call, request) : undefined,
          response: response && typeof reply !== 'string' ? brief(reply, response) : undefined,
        };
        assert.deepEqual(small.describe(some, 'both'), whole.describe(all, 'both'), procedure.name);
      }
    }
  }
});

test('hot replies are passed over but for their result', () => {
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
