/** The comparison with the truth itself: no value may change on either side without its notice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capturePath } from '../helpers/captures.js';
import { ROOT } from '../helpers/project.js';
import { compareMessages, type RpcLine, readAll, readTruth, type True } from './truth.js';

type Container = Record<string, unknown>;

/** Each place that holds no object or list, as the object or list that it is in, and its name there. */
function* leaves(value: unknown, path = ''): Generator<[Container, string, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const at = `${path}.${name}`;
    if (typeof member === 'object' && member !== null) yield* leaves(member, at);
    else yield [value as Container, name, at];
  }
}

function changed(value: unknown): unknown {
  if (typeof value === 'number') return -value - 1;
  return typeof value === 'string' ? `${value}1` : 1;
}

const CAPTURES = ['g-lease', 'g-brickop', 'gen-all'];
/** Of the truth, what says nothing of the message itself, or is no value. */
const ASIDE = /^\.(?:decode|struct|call_frame|cred\.len|body)$|\.\d+\.type$|\.meta\./;
/** Of ours, what only stands beside the wire's fields, or is compared by the golden files. */
const BESIDE =
  /_names?(?:\.\d+)?$|_hex$|\.(?:afr|dht|uuid|acl|ec|quota|bitrot|xtime)(?:\.|$)|^\.(?:log|network|message|event)(?:\.|$)|^\.gluster\.(?!request|response)/;

for (const name of CAPTURES) {
  const pair = {
    name,
    capture: capturePath(name),
    truth: `${ROOT}test/captures/${name}.truth.ndjson.gz`,
  };
  const truths = readTruth(pair);
  const lines = (await readAll(pair.capture, 'messages')).filter(({ rpc }) => rpc !== undefined);

  /** Each change alone; the paths of those that nobody notices. */
  const unnoticed = (of: readonly (True | RpcLine)[], aside: RegExp): string[] => {
    const missed = new Set<string>();
    let changes = 0;
    of.forEach((_, i) => {
      const [line, truth] = [lines[i], truths[i]];
      const copy = structuredClone(of[i]);
      for (const [container, key, path] of leaves(copy)) {
        if (aside.test(path)) continue;
        const value = container[key];
        container[key] = changed(value);
        const { differences } = compareMessages(
          [(of as readonly unknown[]) === lines ? (copy as RpcLine) : line],
          [(of as readonly unknown[]) === truths ? (copy as True) : truth],
        );
        if (differences.length === 0) missed.add(path);
        container[key] = value;
        changes++;
      }
    });
    assert.ok(changes > of.length * 5, `${changes} changes`);
    return [...missed];
  };

  test(`${name}: every value of the truth counts`, () => {
    assert.equal(lines.length, truths.length);
    assert.deepEqual(unnoticed(truths, ASIDE), []);
  });

  test(`${name}: every value of ours counts`, () => {
    assert.deepEqual(unnoticed(lines, BESIDE), []);
  });

  test(`${name}: a message more, a message less, or two in another order are noticed`, () => {
    assert.equal(compareMessages(lines, truths).differences.length, 0);
    assert.ok(compareMessages(lines.slice(1), truths).differences.length > 0);
    assert.ok(compareMessages(lines, truths.slice(1)).differences.length > 0);
    const { length } = lines;
    const swapped = [...lines.slice(0, length - 2), lines[length - 1], lines[length - 2]];
    assert.ok(compareMessages(swapped, truths).differences.length > 0);
  });
}
