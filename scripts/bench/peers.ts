// The programs that live.ts compares: how each starts, when it is ready, and how its result is judged.
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { lastLine, MAIN, parseLine } from './lab.js';
import { countedMessages } from './traffic.js';

export const TSHARK = ['tshark', '-Y', 'rpc', '-T', 'ek', '-j', 'rpc glusterfs'];

/** Messages of one copy, as each program counts them. */
export interface Expected {
  wiretail: number;
  tshark: number;
}

export interface Peer {
  command: string[];
  /** Whether it captures. */
  ready: () => boolean;
  /** The signal that ends it. */
  signal: NodeJS.Signals;
  expected: (expected: Expected) => number;
  judge: (sent: number) => Promise<Judgement>;
}

export interface Judgement {
  messages: number;
  /** What it reports as lost. */
  loss: string;
  /** seen = decoded + ignored + dropped = sent. */
  counted: boolean;
  counts: string;
}

/** `output` and `errors` are the files of standard output and standard error. */
export interface Setting {
  filter: string;
  view: string;
  output: string;
  errors: string;
}

export const peers = (setting: Setting): Record<string, Peer> => ({
  wiretail: wiretail(setting, []),
  'wiretail --engine cap': wiretail(setting, ['--engine', 'cap']),
  tshark: tshark(setting),
});

/** Number of packet lines of tshark; each has an index line besides. */
async function tsharkLines(output: string) {
  let lines = 0;
  for await (const chunk of createReadStream(output, { highWaterMark: 1 << 20 })) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines / 2;
}

function tshark({ filter, output, errors }: Setting): Peer {
  const printed = () => readFileSync(errors, 'utf8');
  return {
    command: ['tshark', '-i', 'bench1', '-f', filter, '-l', ...TSHARK.slice(1)],
    // dumpcap prints this when it has opened the device.
    ready: () => /Capturing on/.test(printed()),
    signal: 'SIGINT',
    expected: ({ tshark }) => tshark,
    async judge() {
      const dropped = Number(/(\d+) packets? dropped/.exec(printed())?.[1] ?? 0);
      return {
        messages: await tsharkLines(output),
        loss: dropped > 0 ? `dumpcap dropped ${dropped}` : '',
        counted: true,
        counts: '',
      };
    },
  };
}

function wiretail({ filter, view, output, errors }: Setting, engine: string[]): Peer {
  const args = ['-i', 'bench1', '-f', filter, '--view', view, '--stats-interval', '0', ...engine];
  return {
    command: [process.execPath, MAIN, 'capture', ...args],
    ready: () => statSync(output).size > 0,
    signal: 'SIGTERM',
    expected: (expected) => expected.wiretail,
    async judge(sent) {
      const line = parseLine(lastLine(output));
      const stats = line.wiretail?.stats;
      if (stats === undefined)
        throw new Error(`wiretail wrote no last stats line: ${readFileSync(errors, 'utf8')}`);
      const { seen, decoded, ignored, dropped, dropped_by } = stats.packets;
      const lost = stats.lines.dropped;
      const loss =
        dropped > 0 ? `dropped ${JSON.stringify(dropped_by)}` : lost > 0 ? `${lost} lines dropped` : '';
      return {
        messages: countedMessages(line),
        loss: loss || (seen === sent ? '' : `${seen} of ${sent} packets seen`),
        counted: seen === sent && seen === decoded + ignored + dropped,
        counts: `${sent} sent, ${seen} seen = ${decoded} decoded + ${ignored} ignored + ${dropped} dropped`,
      };
    },
  };
}
