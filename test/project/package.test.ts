import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProjectFile, typescriptFiles } from '../helpers/project.js';
import { importsOf } from './imports.js';

interface Package {
  readonly type: string;
  readonly bin: Record<string, string>;
  readonly engines: { node: string };
  readonly dependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
}

const MAX_LINES = 400;
const manifest = JSON.parse(readProjectFile('package.json')) as Package;
const sources = typescriptFiles('src');

/** The npm packages that the files import, by name. */
function packagesOf(files: string[]): Set<string> {
  const names = files
    .flatMap((file) => importsOf(file, readProjectFile(file)))
    .filter((name) => !/^(src|test)\/|^[./]|^node:/.test(name))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)![0]);
  return new Set(names);
}

test('the package is an ES module for Node 20 to 24 with one executable', () => {
  assert.equal(manifest.type, 'module');
  assert.deepEqual(manifest.bin, { wiretail: 'dist/main.js' });
  assert.equal(manifest.engines.node, '^20.19.0 || ^22.12.0 || >=24');
  assert.match(readProjectFile('src/main.ts'), /^#!\/usr\/bin\/env node\n/);
});

test('this Node is supported by the package', () => {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  assert.ok((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24);
});

test('the packages that the program imports are dependencies; those of the tests are listed', () => {
  const runtime = { ...manifest.dependencies, ...manifest.optionalDependencies };
  for (const name of packagesOf(sources)) assert.ok(name in runtime, name);
  const all = { ...runtime, ...manifest.devDependencies };
  for (const name of packagesOf(typescriptFiles('test'))) assert.ok(name in all, name);
});

test('only cap may run an install script', () => {
  assert.deepEqual(manifest.allowScripts, { cap: true, esbuild: false, koffi: false });
  assert.deepEqual(Object.keys(manifest.optionalDependencies), ['cap']);
});

test('the lock file lists every optional dependency (else: scripts/maintainer/complete-lock.mjs)', () => {
  const { packages } = JSON.parse(readProjectFile('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const missing = Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages || `${parent}/node_modules/${name}` in packages),
    ),
  );
  assert.deepEqual(missing, []);
});

test(`no source file is longer than ${MAX_LINES} lines`, () => {
  const long = sources.filter((file) => readProjectFile(file).split('\n').length - 1 > MAX_LINES);
  assert.deepEqual(long, []);
});

test('any is an error, and nothing silences the compiler', () => {
  const biome = JSON.parse(readProjectFile('biome.json')) as {
    linter: { rules: { suspicious: { noExplicitAny: string } } };
  };
  assert.equal(biome.linter.rules.suspicious.noExplicitAny, 'error');
  const silenced = /@ts-(ignore|expect-error|nocheck)|biome-ignore[^\n]*noExplicitAny|\bas any\b|<any>/;
  assert.deepEqual(
    sources.filter((file) => silenced.test(readProjectFile(file))),
    [],
  );
});

test('no source file has an absolute path of a home directory', () => {
  const homePath = /['"`(](file:\/\/)?\/(home|root|Users)\//;
  assert.deepEqual(
    sources.filter((file) => homePath.test(readProjectFile(file))),
    [],
  );
});

test('the license file exists', () => {
  assert.match(readProjectFile('LICENSE'), /^MIT License\n/);
});
