/**
 * Administration of a real GlusterFS cluster, captured live: each command is a transaction at each of the other nodes, with
 * its operation, volume, settings, steps, and what failed where and why. Each node's lines come from a decoder of its
 * own.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { recordSchema } from '../../src/protocols/decoders.js';
import { BRIDGE, type Cluster, createCluster, VOLUME } from '../helpers/gluster-cluster.js';
import type { GlusterNode } from '../helpers/gluster-node.js';
import { whyNoGluster } from '../helpers/gluster-skip.js';
import { isInstalled } from '../helpers/netns.js';
import { type Line, startCapture, until } from '../helpers/wiretail.js';

interface Admin {
  readonly operation?: string;
  readonly volume?: string;
  readonly keys?: readonly string[];
  readonly command?: string;
  readonly transaction?: string;
  readonly steps?: readonly string[];
  readonly op_errstr?: string;
  readonly peer?: string;
  readonly peer_uuid?: string;
  readonly peer_name?: string;
  readonly peers?: readonly { readonly hostname?: string }[];
  readonly responder_name?: string;
}

type GlusterLine = Line & {
  readonly gluster: Admin;
  readonly event: { readonly outcome: string };
  readonly source: { readonly ip: string };
  readonly destination: { readonly ip: string };
};

/** The nodes by their order in the cluster; the client is the last. */
const address = (node: number) => `10.77.0.${node + 1}`;

/** glusterd_op_begin_synctask()'s phases, and those of glusterd_mgmt_v3_initiate_all_phases(). */
const STAGED = ['LOCK', 'STAGE_OP', 'COMMIT_OP', 'UNLOCK'];
const VALIDATED = ['LOCK', 'PRE_VALIDATE', 'COMMIT', 'POST_COMMIT', 'POST_VALIDATE', 'UNLOCK'];
const WITH_BRICKS = ['LOCK', 'PRE_VALIDATE', 'BRICK_OP', 'COMMIT', 'POST_VALIDATE', 'UNLOCK'];
const LOCK_ALONE = ['LOCK', 'UNLOCK'];

interface Command {
  /** The number of the node that runs it. */
  readonly on: number;
  readonly words: readonly string[];
  readonly operation: string;
  readonly volume: string;
  readonly keys?: readonly string[];
  readonly steps: readonly string[];
  /** The command fails. */
  readonly fails?: true;
  /** The step that fails, the node where it does, and why. */
  readonly failure?: { readonly step: string; readonly on: number; readonly why: RegExp };
  /** glusterd gives the transaction an id. */
  readonly hasId: boolean;
}

const skip = whyNoGluster();

suite('administration of a real GlusterFS cluster', { skip, timeout: 180000 }, () => {
  let cluster: Cluster;
  let commands: Command[];
  let lines: Line[];
  let glusterLines: GlusterLine[];
  after(() => cluster?.remove());

  const listOf = (bricks: readonly string[]): Command[] => {
    const set = 'GD_OP_SET_VOLUME';
    return [
      {
        on: 0,
        words: ['volume', 'set', VOLUME, 'cluster.lookup-optimize', 'off', 'user.note', 'a note'],
        operation: set,
        volume: VOLUME,
        keys: ['cluster.lookup-optimize=off', 'user.note=a note'],
        steps: STAGED,
        hasId: true,
      },
      {
        on: 1,
        words: ['volume', 'reset', VOLUME, 'cluster.lookup-optimize'],
        operation: 'GD_OP_RESET_VOLUME',
        volume: VOLUME,
        keys: ['cluster.lookup-optimize'],
        steps: STAGED,
        hasId: true,
      },
      {
        on: 2,
        words: ['volume', 'set', VOLUME, 'cluster.lookup-optimize', 'perhaps'],
        operation: set,
        volume: VOLUME,
        keys: ['cluster.lookup-optimize=perhaps'],
        steps: LOCK_ALONE,
        fails: true,
        hasId: true,
      },
      {
        on: 0,
        words: ['volume', 'create', 'broken', 'node2:/proc/no/brick', 'force'],
        operation: 'GD_OP_CREATE_VOLUME',
        volume: 'broken',
        steps: ['LOCK', 'STAGE_OP', 'UNLOCK'],
        fails: true,
        failure: {
          step: 'STAGE_OP',
          on: 1,
          why: /^Failed to create brick directory for brick node2:\/proc\/no/,
        },
        hasId: true,
      },
      {
        on: 0,
        words: ['volume', 'create', 'second', `node1:${bricks[0]}-2`, `node2:${bricks[1]}-2`, 'force'],
        operation: 'GD_OP_CREATE_VOLUME',
        volume: 'second',
        steps: STAGED,
        hasId: true,
      },
      {
        on: 0,
        words: ['volume', 'start', 'second'],
        operation: 'GD_OP_START_VOLUME',
        volume: 'second',
        steps: VALIDATED,
        hasId: false,
      },
      {
        on: 1,
        words: ['volume', 'profile', 'second', 'start'],
        operation: 'GD_OP_PROFILE_VOLUME',
        volume: 'second',
        steps: WITH_BRICKS,
        hasId: false,
      },
      {
        on: 0,
        words: ['volume', 'quota', 'second', 'alert-time', '1d'],
        operation: 'GD_OP_QUOTA',
        volume: 'second',
        keys: ['alert-time=1d'],
        steps: LOCK_ALONE,
        fails: true,
        hasId: true,
      },
      {
        on: 0,
        words: ['volume', 'add-brick', 'second', `node3:${bricks[2]}-2`, 'force'],
        operation: 'GD_OP_ADD_BRICK',
        volume: 'second',
        steps: VALIDATED,
        hasId: false,
      },
      {
        on: 2,
        words: ['volume', 'remove-brick', 'second', `node3:${bricks[2]}-2`, 'force'],
        operation: 'GD_OP_REMOVE_BRICK',
        volume: 'second',
        steps: VALIDATED,
        hasId: false,
      },
      {
        on: 0,
        words: ['volume', 'set', 'second', 'auth.login.somebody.password', 'open sesame'],
        operation: set,
        volume: 'second',
        keys: ['auth.login.somebody.password=(not shown)'],
        steps: LOCK_ALONE,
        fails: true,
        hasId: true,
      },
      {
        on: 0,
        words: ['volume', 'stop', 'second'],
        operation: 'GD_OP_STOP_VOLUME',
        volume: 'second',
        steps: VALIDATED,
        hasId: false,
      },
      {
        on: 0,
        words: ['volume', 'delete', 'second'],
        operation: 'GD_OP_DELETE_VOLUME',
        volume: 'second',
        steps: STAGED,
        hasId: true,
      },
      {
        on: 0,
        words: ['volume', 'delete', 'second'],
        operation: 'GD_OP_DELETE_VOLUME',
        volume: 'second',
        steps: LOCK_ALONE,
        fails: true,
        hasId: true,
      },
    ];
  };

  /** Runs the command. Returns why it failed; undefined: it did not. */
  const gluster = (node: GlusterNode, ...words: readonly string[]): string | undefined => {
    try {
      node.run('gluster', '--mode=script', ...words);
      return undefined;
    } catch (error) {
      return String(error);
    }
  };

  before(async () => {
    cluster = await createCluster();
    const { servers, client } = cluster;
    const options = ['-i', BRIDGE, '--promiscuous', '--workers', '3', '--max-line', '0'];
    const capture = await startCapture(cluster.fabric, options);
    await cluster.begin();
    commands = listOf(cluster.bricks);
    for (const { on, words, fails } of commands) {
      const failed = gluster(servers[on], ...words);
      assert.equal(failed !== undefined, fails === true, failed ?? words.join(' '));
    }
    // None of these reaches the network.
    if (!isInstalled('lvcreate')) assert.ok(gluster(servers[0], 'snapshot', 'create', 's', VOLUME));
    assert.ok(gluster(servers[0], 'peer', 'probe', 'no-such-host.invalid'));
    assert.ok(gluster(servers[0], 'peer', 'detach', 'node3'));
    client.run('glusterd');
    await until(
      () => client.listens(24007),
      () => 'glusterd does not listen',
    );
    const succeeds = (node: GlusterNode, ...words: readonly string[]) =>
      assert.equal(gluster(node, ...words), undefined);
    succeeds(servers[0], 'peer', 'probe', client.name);
    // node1 announces it to node2.
    await until(
      () => servers[1].run('gluster', 'pool', 'list').includes(client.name),
      () => 'node2 does not know the new peer',
    );
    succeeds(client, '--remote-host=node2', 'pool', 'list');
    succeeds(client, '--remote-host=node2', 'volume', 'status', VOLUME);
    // Fails until the probe is complete.
    let reason: string | undefined;
    await until(
      () => {
        reason = gluster(servers[0], 'peer', 'detach', client.name);
        return reason === undefined;
      },
      () => `not detached: ${reason}`,
    );
    await cluster.end();
    // The last message toward the other servers.
    const isStopUnlock = ({ event, gluster }: Line) => {
      const { operation, volume } = (gluster ?? {}) as Admin;
      return event.action === 'UNLOCK' && operation === 'GD_OP_STOP_VOLUME' && volume === VOLUME;
    };
    await until(
      () => capture.lines().filter(isStopUnlock).length === servers.length - 1,
      () => 'no line of the last transaction',
    );
    const { code } = await capture.stop();
    assert.equal(code, 0, capture.stderr());
    lines = capture.lines();
    glusterLines = lines.filter((line): line is GlusterLine => 'gluster' in line);
  });

  const commandOf = ({ words }: Command) => words.join(' ').replace(/(password) .*/, '$1 (not shown)');

  /** The lines of this command's transaction at this node; a command may be given several times. */
  const transactionOf = (command: Command, node: number): GlusterLine[] => {
    const text = commandOf(command);
    const sameText = commands.filter((other) => commandOf(other) === text);
    const all = glusterLines.filter(
      ({ event, gluster, destination }) =>
        event.dataset === 'gluster.mgmt' && gluster.command === text && destination.ip === address(node),
    );
    const transactions: GlusterLine[][] = [];
    for (const line of all) {
      if (line.event.action === 'LOCK') transactions.push([]);
      transactions.at(-1)?.push(line);
    }
    return transactions[sameText.indexOf(command)] ?? [];
  };

  test('each command is a transaction at each of the other nodes', () => {
    for (const command of commands) {
      const ids = new Set<string | undefined>();
      const others = [0, 1, 2].filter((node) => node !== command.on);
      for (const node of others) {
        const { words, operation, volume, keys, steps, failure } = command;
        const transaction = transactionOf(command, node);
        const what = `${words.join(' ')} at node${node + 1}`;
        assert.deepEqual(
          transaction.map(({ event }) => event.action),
          steps,
          what,
        );
        for (const line of transaction) {
          assert.equal(line.gluster.operation, operation, line.message);
          assert.equal(line.gluster.volume, volume, line.message);
          assert.deepEqual(line.gluster.keys, keys, line.message);
          assert.equal(line.source.ip, address(command.on), line.message);
          ids.add(line.gluster.transaction);
          const isFailure = failure?.step === line.event.action && failure.on === node;
          assert.equal(line.event.outcome, isFailure ? 'failure' : 'success', line.message);
          if (isFailure) assert.match(line.gluster.op_errstr ?? '', failure.why);
        }
        const unlock = transaction.at(-1);
        const before = steps.slice(0, -1).map((step) => {
          const failed = failure?.step === step && failure.on === node;
          return `${step} ${failed ? 'failure' : 'success'}`;
        });
        assert.deepEqual(unlock?.gluster.steps, before, what);
      }
      // One id at all nodes, or none.
      assert.equal(ids.size, 1, words(command));
      assert.equal([...ids][0] !== undefined, command.hasId, words(command));
    }
    const ids = commands
      .filter(({ hasId }) => hasId)
      .map((command) => transactionOf(command, command.on === 0 ? 1 : 0)[0]?.gluster.transaction);
    assert.equal(new Set(ids).size, ids.length);
  });

  test('sentences name the command, the nodes and the steps', (t) => {
    const [set] = commands;
    const sentences = transactionOf(set, 1).map(({ message }) => message.replace(/ in [\d.]+ m?s$/, ''));
    for (const message of sentences) t.diagnostic(message);
    const id = transactionOf(set, 1)[0].gluster.transaction?.slice(0, 8);
    const about = `"volume set ${VOLUME} cluster.lookup-optimize off user.note a note" (txn ${id}) by node1 on node2`;
    assert.deepEqual(sentences, [
      `LOCK ${about} -> ok`,
      `STAGE_OP ${about} -> ok`,
      `COMMIT_OP ${about} -> ok`,
      `UNLOCK ${about} after STAGE_OP, COMMIT_OP -> ok`,
    ]);
    const broken = commands.find(({ failure }) => failure !== undefined);
    assert.ok(broken !== undefined);
    for (const { message } of transactionOf(broken, 1)) t.diagnostic(message);
    assert.match(
      transactionOf(broken, 1)[1].message,
      /^STAGE_OP .* on node2 -> .*Failed to create brick directory/,
    );
    assert.match(transactionOf(broken, 1)[2].message, /^UNLOCK .* after STAGE_OP failed -> ok/);
  });

  test('peers are probed, announced and detached', (t) => {
    const friend = (action: string) =>
      glusterLines.filter(({ event }) => event.dataset === 'gluster.friend' && event.action === action);
    const client = cluster.client.name;
    const probes = friend('PROBE_QUERY').filter(({ gluster }) => gluster.peer === client);
    assert.ok(probes.length > 0 && probes.every(({ destination }) => destination.ip === address(3)));
    for (const { message, event } of probes) {
      t.diagnostic(message);
      assert.equal(event.outcome, 'success');
    }
    const added = friend('FRIEND_ADD').filter(({ gluster }) => gluster.peer === client);
    assert.ok(
      added.some(({ message }) => message.includes(`which has 1 volume: ${VOLUME}`)),
      added[0]?.message,
    );
    const updates = friend('FRIEND_UPDATE').filter(({ gluster }) =>
      gluster.peers?.some(({ hostname }) => hostname === client),
    );
    assert.ok(updates.length > 0);
    const removals = friend('FRIEND_REMOVE');
    assert.deepEqual(
      removals.map(({ gluster }) => gluster.peer),
      [client],
    );
    assert.ok(
      friend('FRIEND_UPDATE').some(({ message }) => message.includes(`which removed the peer ${client}`)),
    );
    assert.ok(!glusterLines.some(({ message }) => message.includes('no-such-host')));
  });

  test('the reply to a command over TCP has its transaction', (t) => {
    const cli = glusterLines.filter(({ event }) => event.dataset === 'gluster.cli');
    for (const { message } of cli) t.diagnostic(message);
    const [list] = cli.filter(({ event }) => event.action === 'LIST_FRIENDS');
    assert.match(list.message, /4 peers: .*node1 connected \(Peer in Cluster\)/);
    const [status] = cli.filter(({ event }) => event.action === 'STATUS_VOLUME');
    assert.equal(status.gluster.operation, 'GD_OP_STATUS_VOLUME');
    assert.equal(status.gluster.volume, VOLUME);
    const { transaction } = status.gluster;
    const steps = glusterLines.filter(
      ({ event, gluster }) => event.dataset === 'gluster.mgmt' && gluster.transaction === transaction,
    );
    assert.ok(transaction !== undefined && new Set(steps.map(({ destination }) => destination.ip)).size >= 2);
  });

  test('no secret is in any line, and every line validates', () => {
    const validate = new Ajv2020({ strictTypes: false }).compile(recordSchema());
    for (const line of lines) {
      const text = JSON.stringify(line);
      assert.ok(!text.includes('sesame') && !text.includes('internal-password'), line.message);
      assert.ok(validate(line), `${JSON.stringify(validate.errors)}\n${text}`);
    }
    assert.deepEqual(
      lines.filter(({ event }) => event.dataset === 'wiretail.anomaly'),
      [],
    );
  });
});

const words = (command: Command): string => command.words.join(' ');
