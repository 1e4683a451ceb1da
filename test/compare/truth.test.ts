/** Tests the comparison with the truth: it must notice every changed value, on either side. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capturePath } from '../helpers/captures.js';
import { ROOT } from '../helpers/project.js';
import { compareMessages, type RpcLine, readAll, readTruth, type TrueMessage } from './truth.js';

type Container = Record<string, unknown>;

/** Every scalar value: the object or list that contains it, its name there, and its path. */
function* leaves(value: unknown, path = ''): Generator<[Container, string, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const memberPath = `${path}.${name}`;
    if (typeof member === 'object' && member !== null) yield* leaves(member, memberPath);
    else yield [value as Container, name, memberPath];
  }
}

function changed(value: unknown): unknown {
  if (typeof value === 'number') return -value - 1;
  return typeof value === 'string' ? `${value}1` : 1;
}

const CAPTURES = ['g-lease', 'g-brickop', 'gen-all'];
/** Fields of the truth that are not compared: they describe no value of the message. */
const TRUTH_IGNORED = /^\.(?:decode|struct|call_frame|cred\.len|body)$|\.\d+\.type$|\.meta\./;
/** Fields of lines that are not compared: they are derived from the wire's, or the golden files have them. */
const LINE_IGNORED =
  /_names?(?:\.\d+)?$|_hex$|\.(?:afr|dht|uuid|acl|ec|quota|bitrot|xtime)(?:\.|$)|^\.(?:log|network|message|event)(?:\.|$)|^\.gluster\.(?!request|response)/;

for (const name of CAPTURES) {
  const pair = {
    name,
    capture: capturePath(name),
    truth: `${ROOT}test/captures/${name}.truth.ndjson.gz`,
  };
  const truths = readTruth(pair);
  const lines = (await readAll(pair.capture, 'messages')).filter(({ rpc }) => rpc !== undefined);

  /** Changes one value at a time. Returns the paths of the changes that the comparison does not notice. */
  const unnoticed = (records: readonly (TrueMessage | RpcLine)[], ignored: RegExp): string[] => {
    const missed = new Set<string>();
    let changes = 0;
    records.forEach((_, i) => {
      const [line, truth] = [lines[i], truths[i]];
      const copy = structuredClone(records[i]);
      for (const [container, key, path] of leaves(copy)) {
        if (ignored.test(path)) continue;
        const value = container[key];
        container[key] = changed(value);
        const { differences } = compareMessages(
          [(records as readonly unknown[]) === lines ? (copy as RpcLine) : line],
          [(records as readonly unknown[]) === truths ? (copy as TrueMessage) : truth],
        );
        if (differences.length === 0) missed.add(path);
        container[key] = value;
        changes++;
      }
    });
    assert.ok(changes > records.length * 5, `${changes} changes`);
    return [...missed];
  };

  test(`${name}: every value of the truth is compared`, () => {
    assert.equal(lines.length, truths.length);
    assert.deepEqual(unnoticed(truths, TRUTH_IGNORED), []);
  });

  test(`${name}: every value of a line is compared`, () => {
    assert.deepEqual(unnoticed(lines, LINE_IGNORED), []);
  });

  test(`${name}: an extra message, a missing one and a swapped order are noticed`, () => {
    assert.equal(compareMessages(lines, truths).differences.length, 0);
    assert.ok(compareMessages(lines.slice(1), truths).differences.length > 0);
    assert.ok(compareMessages(lines, truths.slice(1)).differences.length > 0);
    const { length } = lines;
    const swapped = [...lines.slice(0, length - 2), lines[length - 1], lines[length - 2]];
    assert.ok(compareMessages(swapped, truths).differences.length > 0);
  });
}
