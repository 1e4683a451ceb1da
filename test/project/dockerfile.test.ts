/** Checks of the Dockerfile that need no container engine. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { ROOT, readProjectFile } from '../helpers/project.js';

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The instructions of each stage, starting with FROM, without comments, with continued lines joined. */
function stages(dockerfile: string): Instruction[][] {
  const lines = dockerfile
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n');
  const found: Instruction[][] = [];
  for (const line of lines) {
    const [, name, text] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? assert.fail(line);
    if (name === 'FROM') found.push([]);
    found.at(-1)?.push({ name: name!, text: text! });
  }
  return found;
}

const all = stages(readProjectFile('Dockerfile'));
const final = all.at(-1)!;

function finalText(name: string): string {
  const found = final.filter((instruction) => instruction.name === name);
  assert.equal(found.length, 1, `${name} in the final stage`);
  return found[0]!.text;
}

test('the image is built in several stages, the last one slim', () => {
  assert.ok(all.length >= 2);
  assert.match(finalText('FROM'), /-slim$/);
});

test('each COPY has its source in the build context or in an earlier stage', () => {
  const included = new Set(
    readProjectFile('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1)),
  );
  const names: string[] = [];
  for (const stage of all) {
    for (const { text } of stage.filter(({ name }) => name === 'COPY')) {
      const words = text.split(/\s+/);
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      if (from !== undefined) {
        assert.ok(names.includes(from), text);
        continue;
      }
      for (const source of words.filter((word) => !word.startsWith('--')).slice(0, -1)) {
        assert.ok(existsSync(ROOT + source), `${source} does not exist`);
        assert.ok(included.has(source), `${source} is excluded by .dockerignore`);
      }
    }
    const name = / AS (\S+)$/i.exec(stage[0]!.text)?.[1];
    if (name !== undefined) names.push(name);
  }
});

test('the image has no compiler and no development packages', () => {
  const installed = final
    .filter(({ name }) => name === 'RUN')
    .flatMap(({ text }) => [...text.matchAll(/apt-get install ([^&]*)/g)])
    .flatMap((match) => match[1]!.trim().split(/\s+/))
    .filter((word) => !word.startsWith('-'));
  // libcap2-bin sets the capability, and is removed by the same command.
  assert.deepEqual(installed, ['libpcap0.8', 'libcap2-bin']);
  assert.match(finalText('RUN'), /apt-get purge -y --auto-remove libcap2-bin/);
  assert.ok(all.some((stage) => stage.some(({ text }) => text.includes('npm prune --omit=dev'))));
});

test('the image runs as a user, stops on SIGTERM, and has a health check', () => {
  assert.match(finalText('USER'), /^[1-9]\d*:[1-9]\d*$/);
  assert.equal(finalText('STOPSIGNAL'), 'SIGTERM');
  assert.match(finalText('HEALTHCHECK'), /docker-healthcheck\.mjs/);
  assert.equal(finalText('ENTRYPOINT'), '["wiretail"]');
  assert.equal(finalText('CMD'), '["capture"]');
});
