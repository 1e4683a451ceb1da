import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ROOT, readProjectFile, typescriptFiles } from '../helpers/project.js';
import { retiredFileName, retiredIdentifiers, retiredPhrases } from './words.js';

/** The table of retired words itself. */
const SELF = /^test\/project\/words(\.test)?\.ts$/;
const CODE = ['src', 'test', 'scripts'].flatMap(typescriptFiles).filter((file) => !SELF.test(file));

/** Files below a folder that people read besides the code. */
function textFiles(folder: string): string[] {
  return readdirSync(ROOT + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(gz|ts|json)$/.test(entry.name))
    .map((entry) => `${entry.parentPath.slice(ROOT.length)}/${entry.name}`.replace(/^\/+/, ''));
}

const TEXT = [
  'README.md',
  'Dockerfile',
  ...['docs', 'native-notes', 'packaging', 'scripts'].flatMap(textFiles),
];

test('no identifier has a retired word', () => {
  const found = CODE.flatMap((file) =>
    retiredIdentifiers(readProjectFile(file)).map((problem) => `${file}: ${problem}`),
  );
  assert.deepEqual(found, []);
});

test('no file name has a retired word', () => {
  assert.deepEqual(
    [...CODE, ...TEXT].flatMap((file) => retiredFileName(file).map((word) => `${file}: ${word}`)),
    [],
  );
});

test('no comment, message or document has a retired phrase', () => {
  const found = [...CODE, ...TEXT].flatMap((file) =>
    retiredPhrases(readProjectFile(file)).map((problem) => `${file}:${problem}`),
  );
  assert.deepEqual(found, []);
});

test('identifiers are split into words; comments and strings are no identifiers', () => {
  const source = `// told
  const tellLoss = 'said', TELL_ALL = /told/, onHoleFound = \`\${said}\`; one.it;`;
  assert.deepEqual(
    retiredIdentifiers(source).map((problem) => problem.split(/[: ]/)[0]),
    ['tellLoss', 'TELL_ALL', 'onHoleFound', 'one', 'it'],
  );
});

test('a phrase is found with its line', () => {
  assert.deepEqual(retiredPhrases('a connection\nthat Joined late'), [
    '2: Joined late (use: midstream pickup)',
  ]);
});
