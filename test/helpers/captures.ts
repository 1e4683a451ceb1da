/** The captures of test/captures, as lists of files and as records in the ring's layout. */
import { readdirSync } from 'node:fs';
import { readCapture } from '../../src/capture/file/read-capture.js';
import { ROOT } from './project.js';

export function capturePath(name: string): string {
  return `${ROOT}test/captures/${name}.pcap.gz`;
}

/** Names of all captures that start with `prefix`. */
export function captureNames(prefix = ''): string[] {
  return readdirSync(`${ROOT}test/captures`)
    .filter((file) => file.startsWith(prefix) && file.endsWith('.pcap.gz'))
    .map((file) => file.slice(0, -'.pcap.gz'.length))
    .sort();
}

export interface CaptureRecords {
  readonly linkType: number;
  readonly packets: number;
  /** Runs of whole records, as the reader gave them. */
  readonly runs: readonly Uint8Array[];
}

/** A capture with one link type. */
export async function captureRecords(name: string): Promise<CaptureRecords> {
  let linkType = -1;
  let packets = 0;
  const runs: Uint8Array[] = [];
  await readCapture(capturePath(name), {
    link(type) {
      if (linkType !== -1 && type !== linkType) throw new Error(`${name} has several link types`);
      linkType = type;
    },
    file() {},
    records(bytes, start, end, count) {
      // A copy, which a Buffer's slice() would not be.
      runs.push(new Uint8Array(bytes.subarray(start, end)));
      packets += count;
    },
    stopped: () => false,
  });
  return { linkType, packets, runs };
}
