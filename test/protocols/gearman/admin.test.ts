import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/records/record.js';
import { adminOf, type Feeder, newFeeder, ToClient, ToServer } from './harness.js';
import { packet } from './packets.js';

const text = (line: string): Buffer => Buffer.from(line, 'latin1');

function exchange(command: string, response: string): { admin: JsonObject; feed: Feeder } {
  const feed = newFeeder();
  feed.send(ToServer, text(command));
  feed.at = { ...feed.at, nanoseconds: 250_000, packet: 2 };
  feed.send(ToClient, text(response));
  assert.equal(feed.records.length, 1, command);
  const [{ from, body }] = feed.records;
  assert.equal(from, ToServer);
  assert.equal(body.dataset, 'gearman.admin');
  assert.deepEqual([body.packet, body.replyPacket, body.nanoseconds, body.duration], [1, 2, 0, 250_000]);
  return { admin: adminOf(feed.records[0]), feed };
}

test('lists: status, prioritystatus, show jobs, show unique jobs, workers', () => {
  assert.deepEqual(exchange('status\n', 'f 2\t0\t0\t1\na\tb\t2\t1\t0\n.\n').admin, {
    command: 'status',
    arguments: [],
    rows: [
      { function: 'f 2', total: 0, running: 0, workers: 1 },
      { function: 'a\tb', total: 2, running: 1, workers: 0 },
    ],
    rows_total: 2,
  });
  assert.deepEqual(exchange('PriorityStatus\r\n', 'f\t1\t2\t3\t4\n.\n').admin, {
    command: 'prioritystatus',
    arguments: [],
    rows: [{ function: 'f', high: 1, normal: 2, low: 3, workers: 4 }],
    rows_total: 1,
  });
  assert.deepEqual(exchange('show   jobs\n', 'H:vm:5\t0\t1\t0\n.\n').admin, {
    command: 'show jobs',
    arguments: [],
    rows: [{ handle: 'H:vm:5', retries: 0, ignored: 1, queued: 0 }],
    rows_total: 1,
  });
  assert.deepEqual(exchange('SHOW unique JOBS\n', 'u1\n\nu 2\n.\n').admin, {
    command: 'show unique jobs',
    arguments: [],
    unique_ids: ['u1', '', 'u 2'],
    rows_total: 3,
  });
  assert.deepEqual(
    exchange(
      'workers\n',
      '38 127.0.0.1 adm worker : f g\n39 ::1 - :\n40 fe80::1%eth0  : x\n41 unix a:b c : f\n.\n',
    ).admin,
    {
      command: 'workers',
      arguments: [],
      rows: [
        { fd: 38, ip: '127.0.0.1', client_id: 'adm worker', functions: ['f', 'g'] },
        { fd: 39, ip: '::1', client_id: '-', functions: [] },
        { fd: 40, ip: 'fe80::1%eth0', client_id: '', functions: ['x'] },
        { fd: 41, ip: 'unix', client_id: 'a:b c', functions: ['f'] },
      ],
      rows_total: 4,
    },
  );
  assert.deepEqual(exchange('status\n', '.\n').admin, {
    command: 'status',
    arguments: [],
    rows: [],
    rows_total: 0,
  });
});

test('a row that is not in the form is text as sent', () => {
  const { admin } = exchange('status\n', 'a\nb\t1\t1\t1\nf\t1\tx\t1\n.\n');
  assert.deepEqual(admin.rows, [
    { text: 'a' },
    { function: 'b', total: 1, running: 1, workers: 1 },
    { text: 'f\t1\tx\t1' },
  ]);
});

test('long lists are cut and counted', () => {
  const { admin } = exchange('status\n', `${'f\t1\t1\t1\n'.repeat(5000)}.\n`);
  assert.equal((admin.rows as unknown[]).length, 1000);
  assert.equal(admin.rows_total, 5000);
});

test('one-line responses: OK with and without a value', () => {
  assert.deepEqual(exchange('version\n', 'OK 1.1.20+ds\n').admin, {
    command: 'version',
    arguments: [],
    response: 'OK',
    version: '1.1.20+ds',
  });
  assert.equal(exchange('version\n', '1.13\n').admin.version, '1.13', 'as other servers answer');
  assert.equal(exchange('verbose\n', 'OK INFO\n').admin.verbose, 'INFO');
  assert.equal(exchange('getpid\n', 'OK 5762\n').admin.pid, 5762);
  assert.deepEqual(exchange('maxqueue f1 10 20 30\n', 'OK\r\n').admin, {
    command: 'maxqueue',
    arguments: ['f1', '10', '20', '30'],
    response: 'OK',
  });
  assert.deepEqual(exchange('shutdown graceful\r\n', 'OK\r\n').admin.arguments, ['graceful']);
  assert.deepEqual(exchange('cancel job H:vm:5\n', 'OK\r\n').admin.command, 'cancel job');
  assert.deepEqual(exchange('create function f\r\n', 'OK\r\n').admin.arguments, ['f']);
});

test('one-line responses: ERR with code and text', () => {
  const { admin, feed } = exchange('cancel job H:none:1\n', 'ERR UNKNOWN_JOB\r\n');
  assert.deepEqual([admin.response, admin.error_code, admin.error_text], ['ERR', 'UNKNOWN_JOB', undefined]);
  assert.equal(feed.records[0].body.outcome, 'failure');
  assert.equal(feed.records[0].body.message, 'cancel job H:none:1: ERR UNKNOWN_JOB in 0.25 ms');
  const unknown = exchange('show nonsense\n', 'ERR UNKNOWN_COMMAND Unknown+server+commandshow\r\n').admin;
  assert.deepEqual(
    [unknown.command, unknown.error_code, unknown.error_text],
    ['show', 'UNKNOWN_COMMAND', 'Unknown+server+commandshow'],
  );
  const drop = exchange('drop function f\n', 'ERR function not found\r\n').admin;
  assert.deepEqual([drop.error_code, drop.error_text], [undefined, 'function not found']);
  assert.equal(
    exchange('show jobs \n', 'ERR UNKNOWN_SHOW_ARGUMENTS\r\n').admin.error_code,
    'UNKNOWN_SHOW_ARGUMENTS',
  );
  assert.equal(exchange('\n', 'ERR UNKNOWN_COMMAND Unknown+server+command\r\n').admin.command, '');
});

test('an unknown command is named by its first word, and has rows unless the response is OK or ERR', () => {
  const { admin, feed } = exchange('Gladiator all\n', 'one\ntwo\n.\n');
  assert.deepEqual(admin, { command: 'gladiator', arguments: ['all'], lines: ['one', 'two'], rows_total: 2 });
  assert.equal(feed.records[0].body.action, 'gladiator');
});

test('actions and sentences of commands', () => {
  const { feed } = exchange('status\n', 'f\t1\t1\t1\ng\t1\t1\t1\n.\n');
  assert.equal(feed.records[0].body.message, 'status: 2 functions in 0.25 ms');
  assert.equal(feed.records[0].body.outcome, 'success');
  assert.equal(exchange('SHOW UNIQUE JOBS\n', '.\n').feed.records[0].body.action, 'show unique jobs');
});

const SESSION: [0 | 1, Buffer][] = [
  [0, text('status\nversion\r\n')],
  [1, text('f\t1\t1\t1\n.\nOK 1.1.20\n')],
  [0, packet('REQ', 16, 'a\nb')],
  [0, text('workers\n')],
  [1, packet('RES', 17, 'a\nb')],
  [1, text('9 ::1 - :\n.\n')],
  [1, packet('RES', 6)],
  [0, text('getpid\n')],
  [1, text('OK 1\n')],
];

test('pipelined commands, text and packets in turn: the same records however segmented', () => {
  const run = (step: number) => {
    const feed = newFeeder();
    for (const [dir, bytes] of SESSION) {
      for (let i = 0; i < bytes.length; i += step) {
        feed.send(dir === 0 ? ToServer : ToClient, bytes.subarray(i, i + step));
      }
    }
    feed.end();
    return feed.records;
  };
  const whole = run(1000);
  assert.deepEqual(
    whole.map(({ body }) => body.action),
    ['status', 'version', 'ECHO_REQ', 'ECHO_RES', 'workers', 'NOOP', 'getpid'],
  );
  for (let step = 1; step < 20; step++) assert.deepEqual(run(step), whole, `in pieces of ${step}`);
});

test('a command without a response is reported at the end, with outcome unknown', () => {
  const feed = newFeeder();
  feed.send(ToServer, text('a command with many words in it\nversion\n'));
  feed.end();
  assert.deepEqual(
    feed.records.map(({ body }) => [body.action, body.outcome, body.duration, body.replyPacket]),
    [
      ['a', 'unknown', undefined, 0],
      ['version', 'unknown', undefined, 0],
    ],
  );
});

test('too many pending commands: none gets the response of another', () => {
  const feed = newFeeder();
  feed.send(ToServer, text('version\nstatus\n'.repeat(150)));
  feed.send(ToClient, text('OK 1.1.20\nf\t1\t1\t1\n.\n'.repeat(150)));
  feed.end();
  const lines = feed.records.filter(({ body }) => body.dataset === 'gearman.admin').map(adminOf);
  assert.equal(lines.filter(({ command }) => command !== undefined).length, 300);
  for (const { command, version, functions } of lines) {
    if (command === 'version') assert.equal(functions, undefined);
    if (command === 'status') assert.equal(version, undefined);
  }
  // After a quiet time commands are paired again.
  feed.at = { ...feed.at, seconds: feed.at.seconds + 10 };
  feed.send(ToServer, text('version\n'));
  feed.send(ToClient, text('OK 1.1.20\n'));
  const last = feed.records.at(-1);
  assert.ok(last !== undefined);
  assert.deepEqual([adminOf(last).command, adminOf(last).version], ['version', '1.1.20']);
});

test('a truncated list keeps its rows and is marked', () => {
  for (const cut of ['end', 'gap', 'packet']) {
    const feed = newFeeder();
    feed.send(ToServer, text('status\n'));
    feed.send(ToClient, text('f\t1\t1\t1\ng\t2'));
    if (cut === 'end') feed.end();
    else if (cut === 'gap') feed.gap(ToClient, 10);
    else feed.send(ToClient, text('\t2\t2\n'));
    if (cut === 'packet') feed.send(ToClient, packet('RES', 6));
    const [record] = feed.records.filter(({ body }) => body.dataset === 'gearman.admin');
    assert.equal(record.body.outcome, 'unknown');
    assert.deepEqual(record.body.sections.wiretail, { truncated: true });
    const { rows, rows_total } = adminOf(record);
    assert.equal((rows as unknown[]).length, cut === 'packet' ? 2 : 1);
    assert.equal(rows_total, undefined);
  }
});

test('an orphan response has its own record', () => {
  const feed = newFeeder();
  feed.send(ToClient, text('OK 1.1.20\n'));
  feed.send(ToClient, text('f\t1\t1\t1\n.\n'));
  assert.deepEqual(
    feed.records.map((record) => [record.from, record.body.dataset, adminOf(record).command]),
    [
      [ToClient, 'gearman.admin', undefined],
      [ToClient, 'gearman.admin', undefined],
    ],
  );
});

test('endless lines do not stay unconsumed', () => {
  for (const [dir, most] of [
    [ToServer, 16 * 1024],
    [ToClient, 64 * 1024],
  ] as const) {
    const feed = newFeeder();
    feed.send(ToServer, text('status\n'));
    for (let i = 0; i < 300; i++) feed.send(dir, Buffer.alloc(1000, 0x61));
    feed.send(dir, text('\n'));
    feed.send(ToServer, packet('REQ', 4));
    assert.ok(feed.maxUnconsumed <= most, String(feed.maxUnconsumed));
    assert.equal(feed.records.at(-1)?.body.action, 'PRE_SLEEP');
  }
});
