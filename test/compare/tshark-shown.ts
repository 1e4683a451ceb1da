/** What tshark shows of GlusterFS packets, in a form to compare with wiretail's lines. */
import type { Fields, TsharkJson } from './read.js';

export const LAYERS =
  'frame rpc glusterfs glusterfs.cbk glusterfs.hndsk gluster.cli gluster.dump gluster.pmap ' +
  'glusterd glusterd.mgmt glusterd.friend glusterd.brick';

const GLUSTER = /gluster/;

/** What tshark shows of a packet. */
export interface Shown {
  /** Its messages: "program version procedure type". */
  readonly messages: readonly string[];
  /** Every label and field value of GlusterFS's layers and of the credential. */
  readonly values: ReadonlySet<string>;
  readonly malformed: boolean;
  /** tshark shows at least a part of the body as raw bytes, or not at all. */
  readonly raw: boolean;
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function collect(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, into);
  else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      // The label of a subtree often ends with the value.
      into.add(name.slice(name.indexOf(': ') + 1).trim());
      collect(member, into);
    }
  } else into.add(String(value));
}

/** By packet number. */
export function shownBy(packets: readonly TsharkJson[]): Map<number, Shown> {
  const shown = new Map<number, Shown>();
  for (const { _source } of packets) {
    const { frame, rpc, ...layers } = _source.layers;
    const values = new Set<string>();
    const messages: string[] = [];
    for (const message of (Array.isArray(rpc) ? rpc : [rpc]) as Fields[]) {
      // "Continuation data" is no message.
      if (message['rpc.msgtyp'] === undefined) continue;
      const numbers = ['rpc.program', 'rpc.programversion', 'rpc.procedure'].map(
        (field) => message[field] ?? 0,
      );
      messages.push(`${numbers.join(' ')} ${message['rpc.msgtyp'] === '1' ? 'reply' : 'call'}`);
      collect(message.Credentials, values);
    }
    const { '_ws.malformed': _malformed, ...own } = layers;
    collect(own, values);
    shown.set(Number((frame as Fields)['frame.number']), {
      messages,
      values,
      malformed: '_ws.malformed' in layers,
      raw:
        !GLUSTER.test(Object.keys(layers).join(' ')) ||
        values.has('rpc.unknown_body') ||
        values.has('data.data'),
    });
  }
  return shown;
}
