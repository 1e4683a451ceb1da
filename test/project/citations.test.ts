import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ROOT, readProjectFile, typescriptFiles } from '../helpers/project.js';

const FOLDERS = ['src', 'test', 'scripts', 'packaging', 'native-notes', 'docs'];
const DOCUMENTS = ['README.md', 'docs/contributing.md', 'test/captures/README.md', ...notes()];
const CODE = ['src', 'test', 'scripts'].flatMap(typescriptFiles);

/** A path from the checkout's root, or the end of a source file's path. */
const CITATION =
  /(?<![\w./@:$}<-])(?:(?:src|test|scripts|packaging|native-notes|docs)\/[\w./-]*\w|[a-z][\w-]*(?:\/[\w-]+)*(?:\.test)?\.ts)(?![\w*{/-])/g;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*/g;

const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
);

function notes(): string[] {
  return readdirSync(`${ROOT}native-notes`).map((name) => `native-notes/${name}`);
}

function exists(path: string): boolean {
  if (path.endsWith('.ts')) return FILES.some((file) => file === path || file.endsWith(`/${path}`));
  // Tests are cited by the part of their path that scripts/test takes.
  return ['', '.ts', '.test.ts'].some((end) => existsSync(ROOT + path + end));
}

function missing(text: string): string[] {
  return [...text.matchAll(CITATION)].map(([path]) => path).filter((path) => !exists(path));
}

test('every path that a document cites exists', () => {
  const found = DOCUMENTS.flatMap((file) => missing(readProjectFile(file)).map((path) => `${file}: ${path}`));
  assert.deepEqual(found, []);
});

test('every path that a comment cites exists', () => {
  const found = CODE.flatMap((file) => {
    const comments = readProjectFile(file).match(COMMENT) ?? [];
    return comments.flatMap(missing).map((path) => `${file}: ${path}`);
  });
  assert.deepEqual(found, []);
});

test('every test that the table of events names exists', () => {
  const rows = readProjectFile('README.md').match(/^\|.*`(?:cli|live|pipeline|output)\/[\w-]+` *\|$/gm) ?? [];
  const tests = rows.flatMap(
    (row) =>
      row
        .split('|')
        .at(-2)
        ?.match(/[a-z]+\/[\w-]+/g) ?? [],
  );
  assert.ok(tests.length > 10);
  assert.deepEqual(
    tests.filter((path) => !exists(`test/${path}.test.ts`)),
    [],
  );
});

test('a missing path is found', () => {
  assert.deepEqual(missing('see src/gone/file.ts, stream/idle.ts and `test/nowhere`; client/src/x.c'), [
    'src/gone/file.ts',
    'test/nowhere',
  ]);
});
