// wiretail and tshark on the same capture file, in turn: the ratio of their times.
//
//   scripts/bench/run offline [--file CAPTURE] [--times 8] [--rounds 3] [--packets 0]
//
// A short capture is repeated with other addresses, --times times or until it has --packets packets, so that program
// start does not decide. Without --file, two of the repository's captures are measured, one of each protocol; with one
// worker, as the target says, and with two for the wall time. tshark prints about the fields that wiretail prints; its
// output goes to /dev/null.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { time } from './cpu.js';
import { BENCHES, describeMachine, MAIN, median, printTable, skip } from './lab.js';
import { verdict } from './results.js';
import { captureOf, METADATA, packetsOf, readCapture, writeRepeated } from './traffic.js';

const { values } = parseArgs({
  options: {
    file: { type: 'string', multiple: true },
    times: { type: 'string', default: '8' },
    packets: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
  },
});
const files = values.file ?? [METADATA, captureOf('gm-many')];

const node = process.execPath;
function read(workers: number, view: string, file: string) {
  return [node, MAIN, 'read', '--workers', `${workers}`, '--view', view, file];
}
const nameOf = (file: string) => basename(file).replace(/\.pcap(\.gz)?$/, '');
const gearman = (file: string) => file.includes('gm-');

const PROGRAMS: Record<string, (file: string) => string[]> = {
  tshark: (file) =>
    gearman(file)
      ? ['tshark', '-r', file, '-Y', 'gearman', '-T', 'ek', '-j', 'gearman']
      : ['tshark', '-r', file, '-Y', 'rpc', '-T', 'ek', '-j', 'rpc glusterfs'],
  'wiretail --view messages': (file) => read(1, 'messages', file),
  'wiretail --view calls': (file) => read(1, 'calls', file),
  'with two workers: messages': (file) => read(2, 'messages', file),
  'with two workers: calls': (file) => read(2, 'calls', file),
  'a walk over the packets': (file) => [node, join(BENCHES, 'walk.js'), file],
};

const directory = mkdtempSync(join(tmpdir(), 'wiretail-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

if (!existsSync(MAIN)) skip("wiretail is not built: 'npm run build', or any start of scripts/wiretail");
describeMachine();
const version = spawnSync('tshark', ['--version'], { encoding: 'utf8' }).stdout;
if (version === undefined || version === null) skip('needs tshark: apt-get install tshark');
console.log(version.split('\n')[0]);
for (const file of files) {
  const pcap = readCapture(file);
  const packetsEach = [...packetsOf(pcap)].length;
  const times = Math.max(Number(values.times), Math.ceil(Number(values.packets) / packetsEach));
  const packets = packetsEach * times;
  const copy = join(directory, `${nameOf(file)}.pcap`);
  const bytes = writeRepeated(copy, pcap, times);
  const figures: Record<string, { wall: number[]; user: number[] }> = {};
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, command] of Object.entries(PROGRAMS)) {
      const { wall, user } = time(command(copy));
      figures[name] ??= { wall: [], user: [] };
      figures[name].wall.push(wall);
      figures[name].user.push(user);
    }
  }
  rmSync(copy);
  const base = { wall: median(figures.tshark.wall), user: median(figures.tshark.user) };
  console.log(`\n${basename(file)}, ${times} times: ${packets} packets, ${(bytes / 2 ** 20).toFixed(0)} MiB`);
  printTable([
    ['', 'wall, s', 'user, s', 'wall, 1/N of tshark', 'user, 1/N of tshark', 'us of user a packet'],
    ...Object.entries(figures).map(([name, figure]) => {
      const [wall, user] = [median(figure.wall), median(figure.user)];
      return [
        name,
        wall.toFixed(2),
        user.toFixed(2),
        (base.wall / wall).toFixed(1),
        (base.user / user).toFixed(1),
        ((user / packets) * 1e6).toFixed(1),
      ];
    }),
  ]);
  for (const [name, { wall, user }] of Object.entries(figures)) {
    if (!name.startsWith('wiretail')) continue;
    const ratios = [base.wall / median(wall), base.user / median(user)];
    const view = name.split(' ')[2];
    const two = base.wall / median(figures[`with two workers: ${view}`].wall);
    const measured = `${ratios[0].toFixed(1)} and ${ratios[1].toFixed(1)}; wall with two workers ${two.toFixed(1)}`;
    const what = `tshark's wall time and user CPU by wiretail's, --view ${view}, ${packets} packets of ${nameOf(file)}: at least 20 and 10`;
    verdict(1, what, measured, Math.max(ratios[0], two) >= 20 && ratios[1] >= 10);
  }
}
