/** Random decoded structs. */
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import type { Body } from '../../../src/protocols/rpc/program.js';
import type { XdrStruct, XdrType } from '../../../src/protocols/rpc/xdr/types.js';
import type { Json } from '../../../src/records/record.js';
import type { Random } from '../../helpers/random.js';

const NUMBERS: readonly (number | bigint)[] = [0, 1, 2, 22, 49152, 0x7fffffff, 9223372036854775808n];
const STRINGS = ['', 'a.txt', 'vol', 'x\u0000\n\u2028y', '/bricks/b1', 'é'.repeat(300)];
const GFIDS = [0, 1, 2].map((last) => `00000000-0000-0000-0000-00000000000${last}`);

/** Keys of dictionaries that descriptions read. */
const KEYS = `volname cmd-str hostname brick-name gfid process-uuid volfile-key remote-subvolume ERROR
  key1 value1 key2 value2 key value count op type subop op_name op_value path hard-limit barrier snapname volcount
  volname1 transaction_id originator_uuid sync-mgmt-operation rebalance-command heal-op scrub-value auto-delete
  friend1.hostname friend1.uuid friend1.state friend1.connected friend2.uuid volume1.name peer-id
  operating-version minimum-operating-version maximum-operating-version
  log0-old-state log0-new-state log1-event log1-old-state log1-new-state`.split(/\s+/);

function sample(type: XdrType, random: Random): Json | undefined {
  switch (type.kind) {
    case 'int':
      return random.pick([-2147483648, -1, 0, 0, 0, 1, 2, 107]);
    case 'unsigned int':
      return random.pick([0, 1, 2, 3, 512, 4294967295]);
    case 'hyper':
    case 'unsigned hyper':
      return type.id ? String(random.pick(NUMBERS)) : random.pick(NUMBERS);
    case 'double':
      return 1.5;
    case 'opaque':
      return type.uuid ? random.pick(GFIDS) : '00'.repeat(type.length);
    case 'uuid words':
      return random.pick(GFIDS);
    case 'bytes':
      return random.pick(['', 'd0dc8dfde37f0000']);
    case 'string':
      return random.pick(STRINGS);
    case 'array':
    case 'chain':
      return Array.from({ length: random.below(3) }, () => sample(type.of, random) ?? 0);
    case 'gfx_dict':
    case 'dict': {
      if (random.chance(0.2)) return random.pick([undefined, 'beef', {}]);
      const text = () => random.pick([...STRINGS, ...GFIDS, '0', '1', '2', '11', '999999999']);
      const value = () =>
        random.pick<Json>([text(), { hex: '00', text: text() }, { hex: 'ff', uuid: text() }, 5, 1.5]);
      return Object.fromEntries(KEYS.filter(() => random.chance(0.6)).map((key) => [key, value()]));
    }
    case 'since':
      return random.chance(0.5) ? sample(type.of, random) : undefined;
    case 'struct':
      return sampleFields(type, random);
  }
}

/** Leaves out some fields. */
function sampleFields(struct: XdrStruct, random: Random): Fields {
  const fields: Fields = {};
  for (const [name, type] of Object.entries(struct.fields)) {
    const value = random.chance(0.15) ? undefined : sample(type, random);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

export function sampleBody(body: Body, random: Random): Fields | undefined {
  return typeof body === 'string' || random.chance(0.1) ? undefined : sampleFields(body, random);
}
