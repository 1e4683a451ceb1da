// Who is compared live: how each is started, when it captures, and how it was.
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { lastLine, MAIN } from './lab.mjs';
import { countedMessages } from './traffic.mjs';

export const TSHARK = ['tshark', '-Y', 'rpc', '-T', 'ek', '-j', 'rpc glusterfs'];

/** @typedef {{ wiretail: number, tshark: number }} Expected messages of one copy, as each counts them */

/**
 * @typedef {object} Rival
 * @property {string[]} command
 * @property {() => boolean} ready whether it captures
 * @property {NodeJS.Signals} signal to end it by
 * @property {(expected: Expected) => number} expected
 * @property {(sent: number) => Promise<Judgement>} judge
 *
 * @typedef {object} Judgement
 * @property {number} messages
 * @property {string} loss what is missing, by its own account
 * @property {boolean} counted seen = decoded + ignored + dropped = sent
 * @property {string} counts
 */

/** @typedef {{ filter: string, view: string, output: string, errors: string }} Setting files: what it prints */

/** @param {Setting} setting @returns {Record<string, Rival>} */
export const rivals = (setting) => ({
  wiretail: wiretail(setting, []),
  'wiretail --engine cap': wiretail(setting, ['--engine', 'cap']),
  tshark: tshark(setting),
});

/** Lines of tshark: those with a packet, not those that name an index. */
async function tsharkLines(/** @type {string} */ output) {
  let lines = 0;
  for await (const chunk of createReadStream(output, { highWaterMark: 1 << 20 })) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines / 2;
}

/** @param {Setting} setting @returns {Rival} */
function tshark({ filter, output, errors }) {
  const said = () => readFileSync(errors, 'utf8');
  return {
    command: ['tshark', '-i', 'bench1', '-f', filter, '-l', ...TSHARK.slice(1)],
    // dumpcap's word, which it says when it has opened the device.
    ready: () => /Capturing on/.test(said()),
    signal: 'SIGINT',
    expected: ({ tshark }) => tshark,
    async judge() {
      const dropped = Number(/(\d+) packets? dropped/.exec(said())?.[1] ?? 0);
      return {
        messages: await tsharkLines(output),
        loss: dropped > 0 ? `dumpcap dropped ${dropped}` : '',
        counted: true,
        counts: '',
      };
    },
  };
}

/** @param {Setting} setting @param {string[]} engine @returns {Rival} */
function wiretail({ filter, view, output, errors }, engine) {
  const args = ['-i', 'bench1', '-f', filter, '--view', view, '--stats-interval', '0', ...engine];
  return {
    command: [process.execPath, MAIN, 'capture', ...args],
    ready: () => statSync(output).size > 0,
    signal: 'SIGTERM',
    expected: (expected) => expected.wiretail,
    async judge(sent) {
      const line = JSON.parse(lastLine(output));
      const packets = line.wiretail?.stats?.packets;
      if (packets === undefined)
        throw new Error(`wiretail wrote no last stats line: ${readFileSync(errors, 'utf8')}`);
      const { seen, decoded, ignored, dropped, dropped_by } = packets;
      const lost = line.wiretail.stats.lines.dropped;
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
