/** Late and lost text commands: no response is paired with another command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminOf, type Feeder, newFeeder, ToClient, ToServer } from './harness.js';

const outcomes = ({ records: seen }: Feeder) => seen.map(({ body }) => [body.action, body.outcome]);

test('a command seen after its response is not paired with the next response', () => {
  const feed = newFeeder();
  feed.send(ToClient, Buffer.from('OK 1.1.20\n'));
  feed.send(ToServer, Buffer.from('version\n'));
  feed.send(ToServer, Buffer.from('getpid\n'));
  feed.send(ToClient, Buffer.from('OK 4711\n'));
  feed.end();
  assert.deepEqual(outcomes(feed), [
    ['response', 'success'],
    ['version', 'unknown'],
    ['getpid', 'unknown'],
    ['response', 'success'],
  ]);
});

test('a list of names without its command is reported as lines', () => {
  const feed = newFeeder();
  feed.send(ToServer, Buffer.from('version\n'));
  feed.send(ToClient, Buffer.from('OK 1.1.20\n'));
  feed.send(ToClient, Buffer.from('u1\nu2\n.\n'));
  feed.end();
  assert.deepEqual(outcomes(feed), [
    ['version', 'success'],
    ['response', 'success'],
  ]);
  assert.deepEqual(adminOf(feed.records[1]).lines, ['u1', 'u2']);
});
