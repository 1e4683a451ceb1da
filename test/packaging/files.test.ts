/** The files for systemd and logrotate, checked by those programs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readBricks } from '../../src/config/gluster-state.js';
import { isInstalled, run } from '../helpers/netns.js';
import { ROOT, readProjectFile } from '../helpers/project.js';

const directory = mkdtempSync(join(tmpdir(), 'wiretail-packaging-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const PACKAGING = `${ROOT}packaging`;
const isRoot = process.getuid?.() === 0;
const without = (command: string) => !isInstalled(command) && `${command} is not installed`;

/** The unit with some drop-ins; its executables are replaced by existing ones. */
function unitWith(...dropIns: string[]): string {
  const folder = mkdtempSync(join(directory, 'unit-'));
  const unit = join(folder, 'wiretail.service');
  const withExecutables = (text: string) => text.replaceAll(/\/usr\/local\/[\w/-]+/g, '/bin/true');
  writeFileSync(unit, withExecutables(readProjectFile('packaging/wiretail.service')));
  mkdirSync(`${unit}.d`);
  for (const name of dropIns) {
    writeFileSync(join(`${unit}.d`, name), withExecutables(readFileSync(join(PACKAGING, name), 'utf8')));
  }
  return unit;
}

test('the unit is valid, and its exposure is within the limit', { skip: without('systemd-analyze') }, (t) => {
  const analyze = (args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', args, {
      encoding: 'utf8',
      timeout: 60000,
    });
    return { status, output: stdout + stderr };
  };
  const all = unitWith('wiretail-gluster.conf', 'wiretail-network.conf');
  for (const unit of [unitWith(), all]) {
    assert.deepEqual(analyze(['verify', unit]), { status: 0, output: '' });
  }
  // In tenths. The target is 2.0; the limits are the current values.
  for (const [unit, limit] of [
    [unitWith(), 13],
    [all, 16],
  ] as const) {
    const { status, output } = analyze(['security', '--offline=yes', `--threshold=${limit}`, unit]);
    const last = output.trim().split('\n').at(-1) ?? '';
    assert.equal(status, 0, output);
    t.diagnostic(last);
  }
});

test('the user and the directories are created', {
  skip: without('systemd-sysusers') || without('systemd-tmpfiles') || (!isRoot && 'needs root'),
}, () => {
  const root = join(directory, 'root');
  for (const name of ['etc', 'var', 'run']) mkdirSync(join(root, name), { recursive: true });
  run('systemd-sysusers', [`--root=${root}`, `${PACKAGING}/wiretail.sysusers`]);
  const [, , uid, gid, , home, shell] = readFileSync(join(root, 'etc/passwd'), 'utf8').trim().split(':');
  assert.ok(Number(uid) > 0 && Number(uid) < 1000, uid);
  assert.deepEqual([home, shell], ['/var/lib/wiretail', '/usr/sbin/nologin']);
  run('systemd-tmpfiles', [`--root=${root}`, '--create', `${PACKAGING}/wiretail.tmpfiles`]);
  for (const [path, owner, mode] of [
    ['var/log/wiretail', Number(uid), 0o750],
    ['run/wiretail-gluster', 0, 0o2750],
  ] as const) {
    const stats = statSync(join(root, path));
    assert.deepEqual([stats.uid, stats.gid, stats.mode & 0o7777], [owner, Number(gid), mode]);
  }
});

test('logrotate accepts its configuration', {
  skip: without('logrotate') || (!isRoot && 'needs root'),
}, () => {
  const config = join(directory, 'logrotate');
  // The user may not exist on this machine.
  const text = readProjectFile('packaging/wiretail.logrotate').replaceAll('wiretail wiretail', 'root root');
  writeFileSync(config, text, { mode: 0o600 });
  const args = ['-d', '-s', join(directory, 'state'), config];
  const { status, stderr } = spawnSync('logrotate', args, { encoding: 'utf8', timeout: 20000 });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /rotating pattern: \/var\/log\/wiretail\/\*\.ndjson .*14 rotations/);
  assert.doesNotMatch(stderr, /^error|unknown|bad/im);
  assert.doesNotMatch(text, /^\s*copytruncate/m);
});

test('the copy of the brick files has the same bricks and no other files', () => {
  const from = join(directory, 'glusterd');
  const to = join(directory, 'copy');
  for (const [volume, port] of [
    ['vols/rep', 49152],
    ['snaps/snap1/0a1b', 49153],
  ] as const) {
    const bricks = join(from, volume, 'bricks');
    mkdirSync(bricks, { recursive: true });
    const keys = `hostname=127.0.0.1\npath=/bricks/b 1\nlisten-port=${port}\n`;
    writeFileSync(join(bricks, '127.0.0.1:-bricks-b 1'), keys, { mode: 0o600 });
    writeFileSync(join(from, volume, 'info'), 'password=secret\n', { mode: 0o600 });
  }
  writeFileSync(join(from, 'vols/rep/bricks/large'), 'x'.repeat(70000));
  const copy = () => {
    const args = [from, to];
    const { status, stderr } = spawnSync(`${PACKAGING}/copy-bricks`, args, { encoding: 'utf8' });
    return { status, stderr };
  };
  mkdirSync(to);
  // Another writer could redirect root's writes.
  for (const mode of [0o2770, 0o2757, 0o755]) {
    chmodSync(to, mode);
    const { status, stderr } = copy();
    assert.equal(status, 1);
    assert.match(stderr, /expected a directory owned by root with mode 2750/);
  }
  chmodSync(to, 0o2750);
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(copy(), { status: 0, stderr: '' });
    assert.equal(readBricks(to, false).length, 2);
    assert.deepEqual(readBricks(to, false), readBricks(from, false));
    const files = run('find', [to, '-type', 'f', '-printf', '%P %m\n']).trim().split('\n').sort();
    assert.deepEqual(files, [
      'snaps/snap1/0a1b/bricks/127.0.0.1:-bricks-b 1 640',
      'vols/rep/bricks/127.0.0.1:-bricks-b 1 640',
    ]);
    // Files removed from the source are removed from the copy.
    mkdirSync(join(to, 'vols/gone/bricks'), { recursive: true });
    writeFileSync(join(to, 'vols/gone/bricks/x'), 'hostname=127.0.0.1\npath=/x\nlisten-port=49154\n');
  }
});
