/** Usage errors: one line on stderr, exit code 2, and nothing on stdout. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { captureCommand } from '../../src/commands/capture.js';
import { runCommandLine } from '../../src/commands/command-line.js';
import { loadDaemonSettings } from '../../src/commands/load-settings.js';
import { loadReadConfig, readCommand } from '../../src/commands/read.js';
import type { Arguments } from '../../src/config/options.js';
import { UserError } from '../../src/config/user-error.js';
import { createNetns, isInstalled, run, whyNoNetns } from '../helpers/netns.js';
import { ROOT, readProjectFile } from '../helpers/project.js';
import { readInProcess } from '../helpers/read-in-process.js';
import { MAIN, type Ran, runNode, wiretail } from '../helpers/wiretail.js';
import { readCapture } from './captures.js';

const directory = mkdtempSync(join(tmpdir(), 'wiretail-cli-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const CAPTURE = `${ROOT}test/captures/gm-basic.pcap.gz`;

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const NO_TRACE = /\bat .*:\d+|node:|Error:|undefined/;

/** One line with the error, without stack traces or internals. */
function checkUsageError({ code, signal, stdout, stderr }: Ran, message: RegExp): void {
  assert.equal(stdout, '');
  assert.match(stderr, /^wiretail: [^\n]+\n$/);
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, NO_TRACE);
  assert.deepEqual({ code, signal }, { code: 2, signal: null });
}

const plain = gunzipSync(readCapture(CAPTURE));
const empty = file('empty.pcap', '');
const text = file('text.pcap', 'this is not a capture\n');
const half = file('half.pcap.gz', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from('no gzip')]));
const whole = file('whole.pcap', plain);
const copy = file('copy.pcap', plain);
const badFilter = file('filter.yaml', 'filter: tcp prot 4730\n');
const badConfig = file('bad.yaml', 'snaplan: 96\n');

const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', process.execPath];

const SKIP_NOBODY = whyNotNobody();

type UsageErrors = readonly (readonly [args: readonly string[], message: RegExp])[];

/** Errors found by the run, and a few others, by the whole program. */
const PROGRAM_ERRORS: UsageErrors = [
  [['--bogus-option'], /: --bogus-option: no such option \(/],
  [['capture', '-i', 'no-such-device', '--engine', 'libpcap'], /no such device: no-such-device/],
  [['capture', '-i', 'no-such-device', '--engine', 'cap'], /no such device: no-such-device/],
  [['capture', '-i', 'lo', '-f', 'tcp prot 4730'], /bad filter 'tcp prot 4730'/],
  [['capture', '-i', 'lo', '-f', 'tcp prot 4730', '--engine', 'cap'], /bad filter 'tcp prot 4730'/],
  [['capture', '--user', 'no-such-user'], /--user no-such-user: expected the name or number of a user/],
  [['capture', '--user', '0'], /--user 0: expected a user other than root/],
  [['read', 'x'.repeat(300)], /can't read|too long/],
  [['check-config', '--config', badFilter], /bad filter 'tcp prot 4730'/],
  [
    ['read', copy, '--output', `file:${copy}`],
    /--output file:\S*copy\.pcap: expected a file other than the input/,
  ],
  [['check-config', '--config', badConfig], /bad\.yaml:1: snaplan: .*did you mean snaplen\?/],
  [['capture', '--metrics', '192.0.2.1:9732'], /--metrics 192\.0\.2\.1:9732: no interface of this host/],
  [['read', whole, '--slow', 'a bit'], /--slow a bit/],
  [['read', whole, '-f', 'host host'], /bad filter 'host host'/],
  [['read', join(directory, 'missing.pcap')], /missing\.pcap: no such file/],
  [['read', whole, join(directory, 'missing.pcap')], /missing\.pcap: no such file/],
  [['read', '--', '-missing.pcap'], /-missing\.pcap: no such file/],
  [['read', text], /text\.pcap is not a capture/],
  [['read', '-'], /standard input is empty/],
];

/** Errors in the arguments, found before the command starts. */
const ARGUMENT_ERRORS: UsageErrors = [
  [['no-such-command'], /: no-such-command: no such command \(/],
  [['reed', 'x'], /: reed: no such command; did you mean read\? \(/],
  [['read', whole, '--veiw', 'calls'], /: --veiw: no such option; did you mean --view\? \(/],
  [['read', '--promiscuous', whole], /: --promiscuous: not an option of 'wiretail read' \(/],
  [['read', '-z', whole], /: -z: no such option \(/],
  [['capture', 'surplus'], /: surplus: unexpected argument \(/],
  [['capture', '-i'], /: -i: expected a value \(/],
  [
    ['capture', '--read-timeout', '5s'],
    /--read-timeout 5s: expected a duration from 1ms to 1s, such as 20ms$/,
  ],
  [['capture', '-i', 'lo', '-i', 'any'], /any/],
  [['capture', '--engine', 'pcapng'], /engine.*pcapng/],
  [['capture', '--engine', 'cap', '--engine', 'libpcap'], /--engine/],
  [['capture', '--snaplen', '10'], /--snaplen 10/],
  [['capture', '--buffer-size', 'much'], /--buffer-size much/],
  [['capture', '--stats-interval', '5 parsecs'], /--stats-interval 5 parsecs/],
  [['capture', '--config', join(directory, 'none.yaml')], /none\.yaml: no such file/],
  [['read', whole, '--config', badConfig], /bad\.yaml:1: snaplan: /],
  [['capture', '--metrics', '9732'], /--metrics 9732: expected HOST:PORT/],
  [['capture', '--metrics', 'localhost:65536'], /--metrics localhost:65536: expected HOST:PORT/],
  [['read', whole, '--metrics', '127.0.0.1:0'], /: --metrics: not an option of 'wiretail read' \(/],
  [['read'], /expected a capture file/],
  [['read', whole, '--workers', '0'], /--workers 0/],
  [['read', whole, '--payload-bytes', '-1'], /payload-bytes/],
  [['read', whole, '--view', 'all'], /view.*all/],
  [['read', whole, '--view', 'calls', '--view', 'messages'], /--view/],
  [['read', whole, '--detail'], /: --detail: expected a value \(/],
  [['read', whole, '--bogus-option=1'], /: --bogus-option: no such option \(/],
  [['capture', '--print-config=yes'], /--print-config yes: expected true or false/],
  [['capture', '--no-config'], /--no-config: no such option/],
  [['read', whole, '--errors=yes'], /--errors yes: expected true or false/],
  [['read', whole, '--no-path'], /--no-path: no such option/],
  [['read', whole, '--no-filter'], /--no-filter: no such option/],
  [['read', whole, '--path.x', 'y'], /: --path\.x: no such option; did you mean --path\?/],
  [['read', whole, '--only', 'slow'], /--only slow: expected --slow/],
  [['read', whole, '--only', 'fast'], /--only fast/],
  [['read', whole, '--dataset', 'gluster.fops'], /--dataset gluster\.fops: expected any of/],
  [['read', whole, '--action', 'READ,'], /--action READ,/],
  [['read', whole, '--path', ''], /--path ''/],
  [['read', whole, '--sample', '1/0'], /--sample 1\/0/],
  [['read', whole, '--sample', '0.1'], /--sample 0\.1/],
  [['read', whole, '--call-timeout', 'soon'], /--call-timeout soon/],
  [['read', whole, '--stuck', '-1s'], /--stuck/],
  [['read', whole, '--max-paths', '1'], /--max-paths 1/],
  [['read', whole, '-f', 'tcp', '-f', 'udp'], /--filter/],
  [['read', whole, '-f'], /: -f: expected a value \(/],
  [['read', '-', '-'], /-.*once/],
];

/** Inputs that are not captures. */
const FILE_ERRORS: UsageErrors = [
  [['read', directory], /is a directory/],
  [['read', empty], /empty\.pcap is empty/],
  [['read', half], /half\.pcap\.gz/],
];

/** The commands, which only check their arguments. */
const CHECKS = [
  { ...captureCommand, handler: async (args: Arguments) => void (await loadDaemonSettings(args)) },
  { ...readCommand, handler: async (args: Arguments) => void (await loadReadConfig(args)) },
];

const named = (args: readonly string[]) =>
  `wiretail ${args.join(' ').replaceAll(directory, '').replaceAll(ROOT, '')}`;

/** A usage error found in this process, which main.ts prints as checkUsageError() expects. */
async function checkRejects(result: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(result, (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(`wiretail: ${error.message}`, message);
    assert.doesNotMatch(error.message, NO_TRACE);
    return true;
  });
}

for (const [args, message] of PROGRAM_ERRORS)
  test(named(args), () => checkUsageError(wiretail(args), message));
for (const [args, message] of ARGUMENT_ERRORS)
  test(named(args), () => checkRejects(runCommandLine(args, CHECKS), message));
for (const [args, message] of FILE_ERRORS)
  test(named(args), () => checkRejects(readInProcess(args.slice(1)), message));

for (const engine of ['libpcap', 'cap']) {
  test(`no permission to capture with ${engine}`, { skip: SKIP_NOBODY, timeout: 60000 }, () => {
    const netns = createNetns();
    const ran = runNode(['-e', asNobody(netns.name, ['capture', '-i', 'lo', '--engine', engine])]);
    checkUsageError(ran, /no permission to capture on lo: run as root, or .*CAP_NET_RAW/);
    netns.remove();
  });
}

test('no permission to read a file', { skip: SKIP_NOBODY, timeout: 60000 }, () => {
  const path = file('secret.pcap', plain);
  chmodSync(path, 0o600);
  chmodSync(directory, 0o755);
  checkUsageError(runNode(['-e', asNobody(undefined, ['read', path])]), /secret\.pcap: permission denied/);
});

/** A script that runs wiretail as the user nobody, in a network namespace if one is named, with its exit code. */
function asNobody(netns: string | undefined, args: readonly string[]): string {
  const command = ['setpriv', ...NOBODY, MAIN, ...args];
  const all = netns === undefined ? command : ['ip', 'netns', 'exec', netns, ...command];
  return `const { status, signal } = require('node:child_process').spawnSync(${JSON.stringify(all[0])},
    ${JSON.stringify(all.slice(1))}, { stdio: 'inherit', timeout: 20000, killSignal: 'SIGKILL' });
    process.exit(signal ? 99 : status);`;
}

function whyNotNobody(): string | false {
  const why = whyNoNetns();
  if (why !== false) return why;
  if (!isInstalled('setpriv')) return 'setpriv is not installed';
  try {
    run('setpriv', [...NOBODY, MAIN, '--version']);
    return false;
  } catch {
    return 'the user nobody cannot read this checkout or Node';
  }
}

test('--version', () => {
  const { version } = JSON.parse(readProjectFile('package.json'));
  const { code, stdout, stderr } = wiretail(['--version']);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${version}\n`, stderr: '' });
});

for (const args of [['--help'], ['capture', '--help'], ['read', '--help'], ['devices', '--help']]) {
  test(args.join(' '), () => {
    const { code, stdout, stderr } = wiretail(args);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.match(stdout, /^wiretail/);
    assert.match(stdout, /--help/);
    // scripts/build.mjs assumes ASCII for the layout of the help.
    assert.match(stdout, /^[\n -~]*$/, 'ASCII');
  });
}
