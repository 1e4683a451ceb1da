import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProjectFile, typescriptFiles } from '../helpers/project.js';

/** From node:test; `suite` and hooks are for tests that share an expensive set-up. */
const ALLOWED = new Set(['test', 'suite', 'before', 'after', 'afterEach', 'TestContext']);

test('tests use test() by name, not describe() and it(), and strict assertions', () => {
  for (const file of typescriptFiles('test')) {
    const source = readProjectFile(file);
    assert.doesNotMatch(source, /^import (?!type )\w+(?:, .*)? from 'node:test'/m, file);
    assert.doesNotMatch(source, /^import .* from ['"]node:assert['"]/m, file);
    const names = [...source.matchAll(/^import (?:type )?\{([^}]*)\} from 'node:test'/gm)].flatMap(
      ([, list]) => list!.split(',').map((name) => name.replace(/\btype\b/, '').trim()),
    );
    for (const name of names) assert.ok(name === '' || ALLOWED.has(name), `${file}: ${name}`);
  }
});
