/** scripts/install and scripts/uninstall with DESTDIR; the installed program runs from there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { capturePath } from '../helpers/captures.js';
import { ROOT, readProjectFile } from '../helpers/project.js';
import { wiretail } from '../helpers/wiretail.js';

const directory = mkdtempSync(join(tmpdir(), 'wiretail-install-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const dest = join(directory, 'dest');
const CONFIG = '/etc/wiretail/wiretail.yaml';

function script(name: string, args: readonly string[] = [], destdir: string = dest) {
  const env = { ...process.env, DESTDIR: destdir };
  const ran = spawnSync(`${ROOT}scripts/${name}`, args, { env, encoding: 'utf8', timeout: 120000 });
  return { code: ran.status, stderr: ran.stderr, stdout: ran.stdout };
}

/** The paths of all files and directories below DESTDIR. */
function entries(): string[] {
  return readdirSync(dest, { recursive: true, encoding: 'utf8' })
    .map((path) => `/${path}`)
    .sort();
}

const isModule = (path: string) => path.includes('/node_modules/') || path.includes('/dist/');

test('wiretail is installed, runs, is updated and removed', () => {
  const first = script('install', ['--prefix', '/opt/x', '--node', process.execPath]);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(first.stdout, '');
  const installed = entries();
  for (const path of installed) {
    const { mode, uid } = statSync(dest + path);
    assert.equal(mode & 0o022, 0, `others may write ${path}`);
    assert.equal(uid, process.getuid?.(), path);
  }
  assert.deepEqual(
    installed.filter(
      (path) => !isModule(path) && !path.includes('/packaging/') && statSync(dest + path).isFile(),
    ),
    [
      '/etc/logrotate.d/wiretail',
      CONFIG,
      '/opt/x/bin/wiretail',
      '/opt/x/lib/systemd/system/wiretail.service',
      '/opt/x/lib/sysusers.d/wiretail.conf',
      '/opt/x/lib/tmpfiles.d/wiretail.conf',
      '/opt/x/lib/wiretail/LICENSE',
      '/opt/x/lib/wiretail/README.md',
      '/opt/x/lib/wiretail/package.json',
    ],
  );
  assert.ok(!installed.some((path) => /node_modules\/(typescript|@biomejs|knip)/.test(path)));
  const unit = readFileSync(`${dest}/opt/x/lib/systemd/system/wiretail.service`, 'utf8');
  assert.match(unit, /^ExecStart=\/opt\/x\/bin\/wiretail capture /m);
  assert.doesNotMatch(unit, /\/usr\/local/);
  const launcher = readFileSync(`${dest}/opt/x/bin/wiretail`, 'utf8');
  assert.equal(
    launcher,
    `#!/bin/sh\nexec ${realpathSync(process.execPath)} /opt/x/lib/wiretail/dist/main.js "$@"\n`,
  );

  // The launcher has the final path, without DESTDIR.
  const main = `${dest}/opt/x/lib/wiretail/dist/main.js`;
  const args = [main, 'read', capturePath('gm-basic')];
  const ran = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8', timeout: 60000 });
  assert.deepEqual([ran.status, ran.stderr], [0, '']);
  assert.equal(ran.stdout.split('\n').length, wiretail(args.slice(1)).stdout.split('\n').length);

  const edited = () => readFileSync(dest + CONFIG, 'utf8');
  appendFileSync(dest + CONFIG, 'slow: 5ms\n');
  const config = edited();
  const second = script('install', ['--prefix', '/opt/x']);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /kept \/etc\/wiretail\/wiretail\.yaml; the new one is .*\.new/);
  assert.equal(edited(), config);
  assert.equal(readFileSync(`${dest}${CONFIG}.new`, 'utf8'), readProjectFile('packaging/wiretail.yaml'));
  assert.deepEqual(entries(), [...installed, `${CONFIG}.new`].sort());

  const removed = script('uninstall', ['--prefix', '/opt/x']);
  assert.equal(removed.code, 0, removed.stderr);
  assert.deepEqual(entries(), ['/etc', '/etc/wiretail', CONFIG]);
  const purged = script('uninstall', ['--prefix', '/opt/x', '--purge']);
  assert.equal(purged.code, 0, purged.stderr);
  assert.deepEqual(entries(), []);
});

test('a usage error is reported in one line and changes nothing', () => {
  for (const [name, args, expected] of [
    ['install', ['--prefix', 'x'], '--prefix x: expected an absolute path'],
    ['install', ['--prefix', '/a b'], '--prefix /a b: expected a path of letters, digits and . _ + -'],
    ['install', ['--purge'], '--purge: expected --prefix PATH or --node PATH'],
    ['install', ['--node', '/nowhere/node'], '--node /nowhere/node: expected an executable'],
    ['uninstall', ['--node', '/x'], '--node: expected --prefix PATH or --purge'],
    ['uninstall', ['all'], 'all: expected --prefix PATH or --purge'],
  ] as const) {
    const { code, stderr } = script(name, args, join(directory, 'none'));
    assert.deepEqual([code, stderr], [2, `${name}: ${expected}\n`]);
  }
  assert.deepEqual(readdirSync(directory), ['dest']);
});
