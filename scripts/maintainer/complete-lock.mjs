// Completes package-lock.json after an `npm install` against a registry that lacks packages for other platforms (many
// mirrors do). npm leaves such packages out of the lock, and `npm ci` then refuses the lock everywhere. This script adds
// the entries that npm would have written, without a checksum: npm never fetches a package of another platform.
//
//   node scripts/maintainer/complete-lock.mjs [--check]     --check: change nothing, exit 1 if an entry is missing
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

const path = new URL('../../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const missing = [];

for (const [parent, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${parent}/node_modules/${name}`;
    const hoisted = `node_modules/${name}`;
    if (nested in lock.packages || hoisted in lock.packages) continue;
    const words = name.split(/[-/]/);
    const os = words.find((word) => SYSTEMS.includes(word));
    const cpu = words.find((word) => PROCESSORS.includes(word));
    missing.push(name);
    if (!/^\d+\.\d+\.\d+$/.test(version) || !os || !cpu) {
      throw new Error(`${name}@${version}: which platform is it for? Complete package-lock.json by hand`);
    }
    const libc = /-(musl|gnu)/.exec(name)?.[1];
    lock.packages[hoisted] = {
      version,
      cpu: [cpu],
      dev: entry.dev,
      libc: libc && [libc === 'musl' ? 'musl' : 'glibc'],
      optional: true,
      os: [os],
    };
  }
}

if (process.argv.includes('--check')) {
  if (missing.length > 0) console.error(`missing in package-lock.json: ${missing.join(', ')}`);
  process.exit(missing.length > 0 ? 1 : 0);
}
const { '': root, ...others } = lock.packages;
const sorted = Object.entries(others).sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = { '': root, ...Object.fromEntries(sorted) };
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`added to package-lock.json: ${missing.length}`);
