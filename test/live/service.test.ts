/**
 * The installed service under systemd itself: it is ready, sees traffic within its sandbox, tells the journal levels,
 * is reloaded, rotated and restarted by its watchdog, and is gone when it is uninstalled.
 */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { whyNoNetns } from '../helpers/netns.js';
import { ROOT } from '../helpers/project.js';
import { ended, until } from '../helpers/wiretail.js';
import { PEER, startEchoServer } from './echoes.js';
import { type Machine, startMachine, whyNoSystemd } from './machine.js';

const CONFIG = `slow: 1us
stats-interval: 1s
output: [stdout, "file:/var/log/wiretail/wiretail.ndjson", "syslog:udp://127.0.0.1:514"]
`;
const DROP_IN = `[Service]
WatchdogSec=4s
TimeoutStopSec=1s
RestartSec=100ms
`;

suite('as a service', { skip: whyNoNetns('logrotate') || whyNoSystemd(), timeout: 120000 }, () => {
  test('the service is installed, started, reloaded, rotated, restarted by its watchdog and removed', async (t) => {
    const machine = await startMachine(mkdtempSync(join(tmpdir(), 'wiretail-machine-')));
    if (typeof machine === 'string') {
      t.skip(machine);
      return;
    }
    machine.run(`${ROOT}scripts/install`);
    write(machine, '/etc/wiretail/wiretail.yaml', CONFIG);
    const bricks = '/var/lib/glusterd/vols/v/bricks';
    machine.run('install', '-d', bricks, '/etc/systemd/system/wiretail.service.d');
    write(machine, `${bricks}/b`, 'hostname=h\npath=/b\nlisten-port=49152\n');
    machine.run('chmod', '600', `${bricks}/b`);
    write(machine, '/etc/systemd/system/wiretail.service.d/test.conf', DROP_IN);
    const gluster = '/usr/local/lib/wiretail/packaging/wiretail-gluster.conf';
    machine.run('cp', gluster, '/etc/systemd/system/wiretail.service.d/gluster.conf');
    machine.run('systemctl', 'daemon-reload');
    // It returns when the daemon has notified that it is ready.
    machine.run('systemctl', 'start', 'wiretail');
    assert.equal(property(machine, 'ActiveState'), 'active');
    const status = machine.run('cat', `/proc/${property(machine, 'MainPID')}/status`);
    const uid = machine.run('id', '-u', 'wiretail').trim();
    assert.match(status, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t`, 'm'));
    assert.match(status, /^CapPrm:\t0000000000002000$/m);
    assert.match(status, /^CapBnd:\t0000000000002000$/m);
    assert.match(status, /^Seccomp:\t2$/m);
    const copied = '/run/wiretail-gluster/vols/v/bricks/b';
    assert.match(machine.run('runuser', '-u', 'wiretail', '--', 'cat', copied), /^hostname=h$/m);

    await startEchoServer(machine.netns, '4730');
    const args = [PEER, 'paced', '127.0.0.1', '4730', '20', '1'];
    await ended(machine.netns.spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
    await until(
      () => levels(machine).includes('gearman.packet warn 4'),
      () => levels(machine).join(', '),
    );
    for (const level of ['wiretail.start info 6', 'gearman.packet info 6', 'diagnostics 30 6']) {
      assert.ok(levels(machine).includes(level), `${level}: ${levels(machine)}`);
    }
    await until(
      () => /^\d+ packets seen, 0 dropped; \d+ lines written/.test(property(machine, 'StatusText')),
      () => property(machine, 'StatusText'),
    );

    // This unit has no network.
    const journal = machine.run('journalctl', '-u', 'wiretail', '-o', 'cat', '--no-pager');
    assert.match(journal, /cannot write to syslog:udp:\/\/127\.0\.0\.1:514: .*EAFNOSUPPORT/);

    write(machine, '/etc/wiretail/wiretail.yaml', CONFIG.replace('1us', 'soon'));
    machine.run('systemctl', 'reload', 'wiretail');
    assert.equal(property(machine, 'ActiveState'), 'active');
    await until(
      () => machine.run('journalctl', '-u', 'wiretail', '-p', 'err', '--no-pager').includes('not reloaded'),
      () => levels(machine).join(', '),
    );
    // Only the capture thread keeps its capability, from the next start on.
    write(machine, '/etc/wiretail/wiretail.yaml', `${CONFIG}user: wiretail\n`);

    const log = '/var/log/wiretail/wiretail.ndjson';
    machine.run('logrotate', '-f', '-s', '/tmp/state', '/etc/logrotate.d/wiretail');
    await until(
      () => machine.run('head', '-qn1', log).includes('"action":"continue"'),
      () => machine.run('ls', '-l', '/var/log/wiretail'),
    );
    assert.equal(machine.run('stat', '-c', '%U:%G %a', log, `${log}.1`), 'wiretail:wiretail 640\n'.repeat(2));

    assert.equal(property(machine, 'NRestarts'), '0', 'its watchdog was not pinged');
    machine.run('kill', '-STOP', property(machine, 'MainPID'));
    await until(
      () => property(machine, 'NRestarts') !== '0' && property(machine, 'ActiveState') === 'active',
      () => machine.run('systemctl', 'show', '-p', 'NRestarts,ActiveState,Result', 'wiretail'),
    );

    machine.run(`${ROOT}scripts/uninstall`, '--purge');
    assert.equal(property(machine, 'LoadState'), 'not-found');
    const found = ['/usr/local', '/etc', '/var/log', '/var/lib', '/run'];
    assert.equal(machine.run('find', ...found, '-xdev', '-name', '*wiretail*'), '');
  });
});

function write(machine: Machine, path: string, text: string): void {
  machine.run('sh', '-c', 'printf %s "$2" >"$1"', 'sh', path, text);
}

function property(machine: Machine, name: string): string {
  return machine.run('systemctl', 'show', '-P', name, 'wiretail').trim();
}

/** Of each message in the journal: its dataset, its level, and the journal's priority. */
function levels(machine: Machine): string[] {
  const text = machine.run('journalctl', '-u', 'wiretail', '-o', 'json', '--no-pager', '--all');
  const messages = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { PRIORITY: string; MESSAGE: string })
    .filter(({ MESSAGE }) => MESSAGE.startsWith('{'));
  const all = messages.map(({ PRIORITY, MESSAGE }) => {
    const { event, log, level } = JSON.parse(MESSAGE);
    return `${event?.dataset ?? 'diagnostics'} ${log?.level ?? level} ${PRIORITY}`;
  });
  return [...new Set(all)];
}
