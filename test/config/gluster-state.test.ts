import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readBricks } from '../../src/config/gluster-state.js';

/** The format of glusterd_store_brickinfo_write() of glusterd-store.c. */
const brick = (path: string, port: number | string, host = '10.0.0.1') =>
  [
    'uuid=2f5a1ddc-96b8-4b5c-8f65-2a0dcd7fcd20',
    `hostname=${host}`,
    `path=${path}`,
    `real_path=${path}`,
    `listen-port=${port}`,
    'rdma.listen-port=0',
    'decommissioned=0',
    'brick-id=vol-client-0',
    'mount_dir=/b',
    'fs-type=xfs',
    'mnt-opts=rw,relatime,attr2',
    'snap-status=0',
    'brick-fsid=64769',
    '',
  ].join('\n');

function writeState(t: TestContext, files: Readonly<Record<string, string | Buffer>>): string {
  const state = mkdtempSync(join(tmpdir(), 'wiretail-state-'));
  t.after(() => rmSync(state, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(state, name)), { recursive: true });
    writeFileSync(join(state, name), content);
  }
  return state;
}

const ports = (state: string) => readBricks(state, false).map(({ port, path }) => `${port} ${path}`);

test('the bricks of volumes and snapshots with a port are read', (t) => {
  const state = writeState(t, {
    'vols/vol/info': 'type=2\n',
    'vols/vol/bricks/10.0.0.1:-bricks-b1': brick('/bricks/b1', 49152),
    // On another host, or not running: glusterd has no port for it.
    'vols/vol/bricks/10.0.0.2:-bricks-b2': brick('/bricks/b2', 0, '10.0.0.2'),
    'snaps/s1/info': 'snap-id=1\n',
    'snaps/s1/5e1a/bricks/node-b': brick('/run/gluster/snaps/5e1a/brick1', 49153, 'node1'),
  });
  assert.deepEqual(readBricks(state, false), [
    { port: 49152, volume: 'vol', path: '/bricks/b1', host: '10.0.0.1', addresses: ['10.0.0.1'] },
    // In a capture file from elsewhere, a name does not give an address.
    {
      port: 49153,
      volume: '5e1a',
      path: '/run/gluster/snaps/5e1a/brick1',
      host: 'node1',
      addresses: undefined,
    },
  ]);
  const live = readBricks(state, true);
  for (const { addresses } of live) assert.ok(addresses?.includes('127.0.0.1'));
  assert.ok(live[0].addresses?.includes('10.0.0.1'));
});

test('a path may have an equals sign, and keys any order', (t) => {
  const state = writeState(t, { 'vols/v/bricks/b': 'listen-port=49152\npath=/b=1\nhostname=h' });
  assert.deepEqual(ports(state), ['49152 /b=1']);
});

test('missing and unreadable state yields no bricks', (t) => {
  assert.deepEqual(readBricks('/nowhere/at/all', true), []);
  const state = writeState(t, { vols: 'a file', 'snaps/s/v/bricks': 'a file' });
  assert.deepEqual(readBricks(state, true), []);
  assert.deepEqual(readBricks(writeState(t, { 'vols/v/bricks/b/c': brick('/b', 49152) }), true), []);
});

test('invalid brick files are skipped', (t) => {
  const huge = `${'x'.repeat(1 << 20)}\n`;
  const state = writeState(t, {
    'vols/v/bricks/binary': Buffer.from(Array.from({ length: 4096 }, (_, n) => (n * 7919) & 255)),
    'vols/v/bricks/empty': '',
    'vols/v/bricks/no-path': 'hostname=h\nlisten-port=49152\n',
    'vols/v/bricks/no-host': 'path=/b\nlisten-port=49152\n',
    'vols/v/bricks/no-port': 'path=/b\nhostname=h\n',
    'vols/v/bricks/empty-path': 'path=\nhostname=h\nlisten-port=49152\n',
    'vols/v/bricks/huge': huge.repeat(4) + brick('/huge', 49152),
    ...Object.fromEntries(
      ['-1', '65536', '1e99', '49152.5', 'port', '', '0x50', ' '].map((port, n) => [
        `vols/v/bricks/port${n}`,
        brick(`/b${n}`, port),
      ]),
    ),
    'vols/v/bricks/good': brick('/good', 65535),
  });
  assert.deepEqual(ports(state), ['65535 /good']);
});

test('only regular files are read', (t) => {
  const state = writeState(t, { 'vols/v/bricks/good': brick('/good', 49152) });
  symlinkSync('/dev/zero', join(state, 'vols/v/bricks/endless'));
  symlinkSync(join(state, 'vols'), join(state, 'vols/v/bricks/loop'));
  assert.deepEqual(ports(state), ['49152 /good']);
});

test('the number of bricks is bounded', (t) => {
  const names = Array.from({ length: 4200 }, (_, n) => [`vols/v/bricks/b${n}`, brick(`/b${n}`, 49152)]);
  assert.equal(readBricks(writeState(t, Object.fromEntries(names)), false).length, 4096);
});
