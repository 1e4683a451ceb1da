/**
 * All management transactions of real captures: administrator commands on three nodes (g-volume-admin), commands over TCP
 * (g-cli), and commands on the pool of peers (g-peer).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fields, type Line as Read, readLines } from '../../compare/read.js';

interface Line extends Read {
  readonly event: Read['event'] & { readonly outcome: string };
  readonly gluster: Fields;
  readonly message: string;
  readonly source: { readonly ip: string };
  readonly destination: { readonly ip: string };
}

const LINES = new Map<string, Line[]>();
for (const name of ['g-volume-admin', 'g-cli', 'g-peer', 'g-brickop']) {
  LINES.set(name, (await readLines(name, '--max-line', '0')) as Line[]);
}

function linesOf(name: string, ...datasets: readonly string[]): Line[] {
  return (LINES.get(name) ?? []).filter(({ event }) => datasets.includes(event.dataset));
}

/** The steps at each node, by kind of transaction. */
const STEPS: Readonly<Record<string, string>> = {
  staged: 'LOCK STAGE_OP COMMIT_OP UNLOCK',
  validated: 'LOCK PRE_VALIDATE COMMIT POST_COMMIT POST_VALIDATE UNLOCK',
  'with bricks': 'LOCK PRE_VALIDATE BRICK_OP COMMIT POST_VALIDATE UNLOCK',
  'no aftermath': 'LOCK PRE_VALIDATE COMMIT UNLOCK',
  // It failed on the node of the command.
  'lock alone': 'LOCK UNLOCK',
  'stage alone': 'STAGE_OP',
  unlocked: 'STAGE_OP COMMIT_OP',
};

/** Kinds without an id: glusterd_mgmt_v3_initiate_all_phases(). */
const KINDS_WITHOUT_ID = new Set(['validated', 'with bricks', 'no aftermath']);

/** Node and command | operation, without GD_OP_ | volume | settings | kind. */
const TRANSACTIONS = `
  1 volume create rep replica 3 node1:/bricks/rep node2:/bricks/rep node3:/bricks/rep force | CREATE_VOLUME | rep | - | staged
  1 volume start rep | START_VOLUME | rep | - | validated
  1 volume set rep cluster.self-heal-daemon on | SET_VOLUME | rep | cluster.self-heal-daemon=on | staged
  1 volume set rep performance.cache-size 64MB diagnostics.latency-measurement on | SET_VOLUME | rep | performance.cache-size=64MB diagnostics.latency-measurement=on | staged
  3 volume set rep user.note a note | SET_VOLUME | rep | user.note=a note | staged
  1 volume set rep no.such.option 1 | SET_VOLUME | rep | no.such.option=1 | lock alone
  1 volume status | STATUS_VOLUME | - | - | stage alone
  1 volume status | STATUS_VOLUME | rep | - | staged
  1 volume status rep detail | STATUS_VOLUME | rep | - | staged
  1 volume status rep clients | STATUS_VOLUME | rep | - | staged
  1 volume status rep mem | STATUS_VOLUME | rep | - | staged
  1 volume status rep inode | STATUS_VOLUME | rep | - | staged
  1 volume status rep fd | STATUS_VOLUME | rep | - | staged
  1 volume status rep callpool | STATUS_VOLUME | rep | - | staged
  1 volume status rep tasks | STATUS_VOLUME | rep | - | staged
  1 volume status rep client-list | STATUS_VOLUME | rep | - | staged
  1 volume profile rep start | PROFILE_VOLUME | rep | - | with bricks
  1 volume status rep clients | STATUS_VOLUME | rep | - | staged
  1 volume status rep inode | STATUS_VOLUME | rep | - | staged
  1 volume profile rep info | PROFILE_VOLUME | rep | - | with bricks
  1 volume profile rep info peek | PROFILE_VOLUME | rep | - | with bricks
  1 volume top rep open | PROFILE_VOLUME | rep | - | with bricks
  1 volume top rep read | PROFILE_VOLUME | rep | - | with bricks
  1 volume top rep write | PROFILE_VOLUME | rep | - | with bricks
  1 volume top rep opendir | PROFILE_VOLUME | rep | - | with bricks
  1 volume top rep readdir | PROFILE_VOLUME | rep | - | with bricks
  1 volume top rep read-perf bs 4096 count 10 brick node2:/bricks/rep list-cnt 2 | PROFILE_VOLUME | rep | - | with bricks
  1 volume top rep clear | PROFILE_VOLUME | rep | - | with bricks
  1 volume profile rep stop | PROFILE_VOLUME | rep | - | with bricks
  1 volume heal rep | HEAL_VOLUME | rep | - | staged
  1 volume heal rep full | HEAL_VOLUME | rep | - | staged
  1 volume heal rep statistics heal-count | HEAL_VOLUME | rep | - | staged
  1 volume heal rep statistics | HEAL_VOLUME | rep | - | staged
  1 volume statedump rep | STATEDUMP_VOLUME | rep | - | staged
  1 volume clear-locks rep /a kind all inode | CLEARLOCKS_VOLUME | rep | - | staged
  1 volume barrier rep enable | BARRIER | rep | barrier=enable | staged
  1 volume barrier rep disable | BARRIER | rep | barrier=disable | staged
  1 volume log rep rotate | LOG_ROTATE | rep | - | staged
  1 volume quota rep enable | QUOTA | rep | - | staged
  1 volume quota rep limit-usage / 1GB | QUOTA | rep | path=/ hard-limit=1GB | staged
  1 volume quota rep limit-objects / 1000 | QUOTA | rep | path=/ hard-limit=1000 | staged
  1 volume quota rep list | QUOTA | rep | - | staged
  1 volume quota rep alert-time 1d | QUOTA | rep | alert-time=1d | staged
  1 volume quota rep disable | QUOTA | rep | - | staged
  1 volume bitrot rep enable | BITROT | rep | - | staged
  1 volume bitrot rep scrub status | SCRUB_STATUS | rep | - | staged
  1 volume bitrot rep scrub-frequency hourly | BITROT | rep | scrub-frequency-value=hourly | staged
  1 volume bitrot rep scrub ondemand | SCRUB_ONDEMAND | rep | - | staged
  1 volume bitrot rep disable | BITROT | rep | - | staged
  1 volume inode-quota rep enable | QUOTA | rep | - | lock alone
  1 volume geo-replication rep node9::slave create push-pem | GSYNC_CREATE | rep | - | lock alone
  1 volume geo-replication status | GSYNC_SET | - | - | unlocked
  1 volume sync node2 all | SYNC_VOLUME | - | - | stage alone
  1 volume create dist node1:/bricks/d1 node2:/bricks/d2 force | CREATE_VOLUME | dist | - | staged
  1 volume start dist | START_VOLUME | dist | - | validated
  1 volume add-brick dist node3:/bricks/d3 force | ADD_BRICK | dist | - | validated
  1 volume rebalance dist fix-layout start | REBALANCE | dist | - | with bricks
  1 volume rebalance dist status | DEFRAG_BRICK_VOLUME | dist | - | with bricks
  1 volume rebalance dist start force | REBALANCE | dist | - | with bricks
  1 volume rebalance dist status | DEFRAG_BRICK_VOLUME | dist | - | with bricks
  1 volume rebalance dist stop | DEFRAG_BRICK_VOLUME | dist | - | with bricks
  1 volume remove-brick dist node3:/bricks/d3 start | REMOVE_BRICK | dist | - | validated
  1 volume remove-brick dist node3:/bricks/d3 status | DEFRAG_BRICK_VOLUME | dist | - | with bricks
  1 volume remove-brick dist node3:/bricks/d3 commit | REMOVE_BRICK | dist | - | validated
  1 volume replace-brick rep node3:/bricks/rep node3:/bricks/rep-new commit force | REPLACE_BRICK | rep | - | no aftermath
  1 volume reset-brick rep node2:/bricks/rep start | RESET_BRICK | rep | - | no aftermath
  1 volume reset-brick rep node2:/bricks/rep node2:/bricks/rep commit force | RESET_BRICK | rep | - | no aftermath
  1 volume set all cluster.max-bricks-per-process 4 | SET_VOLUME | - | cluster.max-bricks-per-process=4 | lock alone
  1 volume reset rep | RESET_VOLUME | rep | all | staged
  1 volume stop dist | STOP_VOLUME | dist | - | validated
  1 volume delete dist | DELETE_VOLUME | dist | - | staged
  1 volume stop rep force | STOP_VOLUME | rep | - | validated
  1 volume delete rep | DELETE_VOLUME | rep | - | staged
  1 volume delete nope | DELETE_VOLUME | nope | - | lock alone
`;

interface Transaction {
  readonly line: Line;
  readonly steps: Map<string, string[]>;
}

/** Transactions: lines of the same id, or of the same sender, operation, volume and command, from a LOCK on. */
function transactionsOf(lines: readonly Line[]): Transaction[] {
  const found: Transaction[] = [];
  const open = new Map<string, Transaction>();
  for (const line of lines) {
    const { transaction, peer_uuid, operation, volume, command } = line.gluster;
    const key = String(transaction ?? [peer_uuid, operation, volume, command].join(' '));
    const to = line.destination.ip;
    let current = open.get(key);
    if (current === undefined || current.steps.get(to)?.at(-1) === 'UNLOCK') {
      current = { line, steps: new Map() };
      found.push(current);
      open.set(key, current);
    }
    for (const name of ['operation', 'volume', 'command', 'keys', 'peer_uuid'])
      assert.deepEqual(line.gluster[name], current.line.gluster[name], line.message);
    current.steps.set(to, [...(current.steps.get(to) ?? []), line.event.action]);
  }
  return found;
}

test('g-volume-admin has exactly the transactions of the commands', () => {
  const lines = linesOf('g-volume-admin', 'gluster.mgmt');
  const expected = TRANSACTIONS.trim()
    .split('\n')
    .map((row) => row.trim());
  const seen = transactionsOf(lines).map(({ line, steps }) => {
    const { operation, volume, keys, command, transaction } = line.gluster;
    const [first, second, ...others] = [...steps.values()].map((names) => names.join(' '));
    assert.equal(first, second, line.message);
    assert.deepEqual(others, []);
    const kind = Object.keys(STEPS).find((name) => STEPS[name] === first) ?? first;
    assert.equal(transaction === undefined, KINDS_WITHOUT_ID.has(kind), line.message);
    const settings = Array.isArray(keys) ? keys.join(' ') : '-';
    const what = String(operation).replace('GD_OP_', '');
    return `${line.source.ip.at(-1)} ${command} | ${what} | ${volume ?? '-'} | ${settings} | ${kind}`;
  });
  assert.deepEqual(seen, expected);
  const failures = lines.filter(({ event }) => event.outcome !== 'success').map(({ message }) => message);
  assert.equal(failures.length, 1);
  assert.match(failures[0], /^STAGE_OP "volume sync node2 all" \(txn [0-9a-f]{8}\) -> failed in /);
});

test('g-volume-admin: UNLOCK lists the steps before it at the same node', () => {
  const lines = linesOf('g-volume-admin', 'gluster.mgmt');
  const steps = new Map<string, string[]>();
  for (const { event, gluster, destination, message } of lines) {
    const key = `${destination.ip} ${gluster.transaction ?? gluster.command}`;
    const before = steps.get(key) ?? [];
    if (event.action === 'UNLOCK') assert.deepEqual(gluster.steps, before, message);
    else assert.equal(gluster.steps, undefined, message);
    steps.set(
      key,
      event.action === 'LOCK' ? ['LOCK success'] : [...before, `${event.action} ${event.outcome}`],
    );
  }
});

/** Failed commands, and why. */
const FAILURES: readonly (readonly [string, RegExp])[] = [
  ['volume set rep no.such.option 1', /^option : no\.such\.option does not exist\n/],
  ['volume inode-quota rep enable', /^Quota is disabled, please enable quota$/],
  ...[
    'create s1 rep no-timestamp',
    'list',
    'info',
    'status',
    'config',
    'config rep snap-max-hard-limit 7',
    'delete s1',
    'activate s1',
    'clone c s1',
  ].map((words) => [`snapshot ${words}`, /^LVM commands not found/] as const),
  ['volume geo-replication rep node9::slave create push-pem', /^node9 not reachable\.$/],
  ['volume sync node2 all', /^Staging failed on node2\. /],
  ['volume set all cluster.max-bricks-per-process 4', /^Brick-multiplexing is not enabled\. /],
  ['volume delete nope', /^Volume nope does not exist$/],
  ['system:: uuid reset', /^trusted storage pool has been already formed\. /],
  ['nfs-ganesha enable', /^Error, Validation Failed$/],
];

test('g-cli: commands show their settings, outcome and reason', () => {
  const lines = linesOf('g-cli', 'gluster.cli');
  const failures = lines.filter(({ event }) => event.outcome === 'failure');
  assert.deepEqual(
    failures.map(({ gluster }) => gluster.command),
    FAILURES.map(([command]) => command),
  );
  for (const [i, { gluster, message }] of failures.entries())
    assert.match(String(gluster.op_errstr), FAILURES[i][1], message);
  const keys = lines.filter(({ gluster }) => gluster.keys !== undefined).map(({ gluster }) => gluster.keys);
  assert.deepEqual(keys, [
    ['cluster.self-heal-daemon=on'],
    ['performance.cache-size=64MB', 'diagnostics.latency-measurement=on'],
    ['no.such.option=1'],
    ['barrier=enable'],
    ['barrier=disable'],
    ['path=/', 'hard-limit=1GB'],
    ['path=/', 'hard-limit=1000'],
    ['alert-time=1d'],
    ['scrub-frequency-value=hourly'],
    ['snap-max-hard-limit=7'],
    ['cluster.max-bricks-per-process=4'],
    ['all'],
    ['nfs-ganesha=enable'],
  ]);
  // The operation is the one in the reply, if it has one.
  const operations = new Map(
    TRANSACTIONS.trim()
      .split('\n')
      .map((row) => row.split(' | '))
      .map(([command, operation]) => [command.trim().slice(2), `GD_OP_${operation}`]),
  );
  for (const { gluster, message } of lines) {
    const expected = operations.get(String(gluster.command));
    if (expected !== undefined) assert.equal(gluster.operation, expected, message);
  }
});

test('g-peer: a command over TCP shares its transaction with the nodes', () => {
  const lines = linesOf('g-peer', 'gluster.cli', 'gluster.mgmt');
  const command = lines.find(({ event }) => event.action === 'STATUS_VOLUME');
  const transaction = command?.gluster.transaction;
  const steps = lines.filter(({ gluster }) => gluster.transaction === transaction);
  assert.deepEqual(
    steps.map(
      ({ event, destination, message }) =>
        `${event.action} ${destination.ip} ${message.replace(/ in .*/, '')}`,
    ),
    [
      `STAGE_OP 10.77.0.1 STAGE_OP "volume status all" (txn e532f3b6) by node3 on node1 -> ok`,
      `STAGE_OP 10.77.0.2 STAGE_OP "volume status all" (txn e532f3b6) by node3 on node2 -> ok`,
      `STATUS_VOLUME 10.77.0.3 STATUS_VOLUME "volume status all" (txn e532f3b6) -> ok`,
    ],
  );
});

test('g-peer: a node is probed, added, announced, detached and probed again', () => {
  const sentences = linesOf('g-peer', 'gluster.friend')
    .filter(({ source }) => source.ip === '10.77.0.1')
    .map(({ message, destination }) => `${destination.ip.at(-1)}: ${message.replace(/ in [\d.]+ m?s$/, '')}`);
  assert.deepEqual(sentences, [
    '2: PROBE_QUERY node2 by 39d3031a -> ok, uuid 7e22753a',
    '2: FRIEND_ADD node2 by 39d3031a, which has no volumes -> ok, uuid 7e22753a',
    '2: FRIEND_UPDATE by 39d3031a, which has 1 peer: node2 -> ok',
    '3: PROBE_QUERY node3 by 39d3031a -> ok, uuid 8b9742dd',
    '3: FRIEND_ADD node3 by 39d3031a, which has no volumes -> ok, uuid 8b9742dd',
    '3: FRIEND_UPDATE by 39d3031a, which has 2 peers: node2, node3 -> ok',
    '2: FRIEND_UPDATE by 39d3031a, which has 2 peers: node2, node3 -> ok',
    '3: FRIEND_REMOVE node3 by node1 -> ok',
    '2: FRIEND_UPDATE by node1, which removed the peer node3 -> ok',
    '3: PROBE_QUERY node3 by node1 -> ok, uuid 8b9742dd',
    '3: FRIEND_ADD node3 by node1, which has no volumes -> ok, uuid 8b9742dd',
    '2: FRIEND_UPDATE by node1, which has 2 peers: node2, node3 -> ok',
    '3: FRIEND_UPDATE by node1, which has 2 peers: node2, node3 -> ok',
  ]);
});

test('summary lines have the same fields and sentences as full lines', async () => {
  for (const name of ['g-cli', 'g-peer', 'g-brickop']) {
    const summaries = (await readLines(name, '--max-line', '0', '--detail', 'summary')) as Line[];
    const fullLines = LINES.get(name) ?? [];
    assert.equal(summaries.length, fullLines.length);
    for (const [i, whole] of fullLines.entries()) {
      if (whole.gluster === undefined) continue;
      const { request: _request, response: _response, ...fields } = whole.gluster;
      assert.deepEqual(summaries[i].gluster, fields, whole.message);
      assert.equal(summaries[i].message, whole.message);
    }
  }
});
