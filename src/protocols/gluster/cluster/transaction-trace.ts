/**
 * The messages of one transaction among glusterds as one story: lock, stage or validation, commit, unlock. What one
 * of them does not say of itself, the others have said (transactions.ts); and UNLOCK tells what came before it.
 */
import { formatAddress } from '../../../packet/address.js';
import { displayName } from '../../../records/phrases.js';
import type { EventOutcome, Json } from '../../../records/record.js';
import type { Connection } from '../../protocol.js';
import type { Exchange, Fields } from '../../rpc/describer.js';
import type { GlusterContext } from '../context.js';
import { aboutOf, putTransaction, shortId } from '../describe/glusterd.js';
import { gfid, integer, object, put, text } from '../describe/values.js';
import type { PeerNames } from './peer-names.js';
import { NAMED, type Transaction, tell } from './transactions.js';

type Part = 'call' | 'reply' | 'both';

export interface TransactionTrace {
  /** Adds to the fields of a message what is known of its transaction, and gives the words for it. */
  words(exchange: Exchange, part: Part, fields: Fields): string;
  /** The message that the last words were for has this outcome. */
  told(exchange: Exchange, fields: Fields, outcome: EventOutcome): void;
  /** Messages of this connection may have gone by unseen. */
  unseen(): void;
}

/** Programs that glusterd, its peers, its command and its bricks speak. */
const Glusterds: ReadonlySet<string> = new Set([
  ...['CLI', 'GD_MGMT', 'GD_FRIEND', 'GD_MGMT_HNDSK', 'GLUSTERD1_MGMT', 'GD_BRICK'],
]);
const Transacting: ReadonlySet<string> = new Set(['GD_MGMT', 'GLUSTERD1_MGMT']);
/** Those whose answer has the uuid of the host that was asked for by name. */
const Introductions: ReadonlySet<string> = new Set(['PROBE_QUERY', 'FRIEND_ADD']);

/** Those whose messages have no dictionary, only the asker: one lock for the whole cluster. */
const ClusterLocks: ReadonlySet<string> = new Set(['CLUSTER_LOCK', 'CLUSTER_UNLOCK']);
const Locks: ReadonlySet<string> = new Set(['LOCK', 'CLUSTER_LOCK']);
const Unlocks: ReadonlySet<string> = new Set(['UNLOCK', 'CLUSTER_UNLOCK']);
const Steps: ReadonlySet<string> = new Set([
  ...Locks,
  ...['STAGE_OP', 'COMMIT_OP'],
  ...['PRE_VALIDATE', 'BRICK_OP', 'COMMIT', 'POST_COMMIT', 'POST_VALIDATE'],
  ...Unlocks,
]);

/** Characters of each of the wire's words in a transaction's key. */
const KeyLimit = 256;

const word = (value: unknown): string => (typeof value === 'string' ? value.slice(0, KeyLimit) : '');

/** What is shown of the steps before an unlock: `STAGE_OP, COMMIT_OP failed`. */
function stepsOf(transaction: Transaction): string {
  const steps = transaction.steps
    .filter((step) => !/^(?:CLUSTER_)?LOCK success$/.test(step))
    .map((step) => step.replace(/ success$/, '').replace(/ failure$/, ' failed'));
  return steps.length === 0 ? 'the lock alone' : steps.join(', ');
}

/** Its dictionary was cut, which has the id of a transaction or what else tells it from others. */
function isVague({ program, procedure, whole }: Exchange, fields: Fields): boolean {
  if (fields.transaction !== undefined || ClusterLocks.has(procedure.name)) return false;
  return program.version < 3 ? !whole : fields.volume === undefined && fields.command === undefined;
}

export function newTransactionTrace(
  connection: Connection,
  { transactions }: GlusterContext,
  peerNames: PeerNames,
): TransactionTrace {
  const peer = `${formatAddress(connection.ipVersion, ...connection.server)} ${connection.serverPort}`;

  /** The cluster's lock is held by one glusterd at a time. */
  const clusterKey = (fields: Fields) => `${peer} cluster ${word(fields.peer_uuid)}`;

  /** Of phases that have no id, all that they have in common: their volume is locked, so that no two are alike. */
  const unnamedKey = (fields: Fields) =>
    `${peer} ${word(fields.peer_uuid)} ${word(fields.operation)} ${word(fields.volume)} ${word(fields.command)}`;

  const keyOf = (name: string, version: number, fields: Fields): string | undefined => {
    if (fields.transaction !== undefined && !ClusterLocks.has(name))
      return `${peer} ${NAMED} ${word(fields.transaction)}`;
    if (fields.peer_uuid === undefined) return undefined;
    if (version < 3) return clusterKey(fields);
    return fields.operation === undefined ? undefined : unnamedKey(fields);
  };

  /** The transaction that this message is a step of; undefined: that is not known. */
  const transactionOf = (exchange: Exchange, part: Part, fields: Fields): Transaction | undefined => {
    const { name } = exchange.procedure;
    const { version } = exchange.program;
    const key = isVague(exchange, fields) ? undefined : keyOf(name, version, fields);
    if (key === undefined) {
      // It may be a step of any.
      transactions.gap(`${peer} `);
      return undefined;
    }
    if (Locks.has(name)) return part === 'reply' ? transactions.find(key) : transactions.begin(key, fields);
    if (!Unlocks.has(name)) {
      const transaction = transactions.share(key, fields);
      // A newer glusterd among older ones takes their lock, and its phases have an id besides.
      const locked = version < 3 ? transactions.find(clusterKey(fields)) : undefined;
      if (locked === undefined || locked === transaction) return transaction;
      return transactions.share(locked.key, fields);
    }
    return transactions.find(key);
  };

  /** Of the message that the last words were for. */
  let current: Transaction | undefined;

  /** The hosts of who asks and who answers, where they are known. */
  const putHosts = (fields: Fields) => {
    for (const who of ['peer', 'responder'] as const) {
      const uuid = text(fields[`${who}_uuid`]);
      if (uuid !== undefined) put(fields, `${who}_name`, peerNames.of(uuid));
    }
  };

  /** A step of a transaction. */
  const wordsOfStep = (exchange: Exchange, part: Part, fields: Fields): string => {
    if (fields.transaction === undefined) put(fields, 'transaction', gfid(exchange.response?.txn_id));
    current = transactionOf(exchange, part, fields);
    if (current !== undefined) tell(current, fields);
    const about = aboutOf(fields);
    const words = [about, ofTransaction(fields)];
    const by = text(fields.peer_name) ?? (about === '' ? shortId(fields.peer_uuid) : '');
    if (by !== '') words.push(`by ${displayName(by)}`);
    if (fields.responder_name !== undefined) words.push(`on ${displayName(fields.responder_name)}`);
    if (current !== undefined && !Unlocks.has(exchange.procedure.name)) {
      if (part === 'call') current.awaited++;
      else if (part === 'reply') current.awaited--;
    } else if (current?.whole === true && current.awaited === 0) {
      fields.steps = [...current.steps];
      words.push(`after ${stepsOf(current)}`);
    }
    return words.filter((word) => word !== '').join(' ');
  };

  return {
    words(exchange, part, fields) {
      current = undefined;
      const { program, procedure, request, response } = exchange;
      if (!Glusterds.has(program.name)) return '';
      // Version 1 answered in other structs, and its transactions had no id.
      if (program.name === 'CLI' && program.version > 1) putTransaction(response, fields);
      if (program.name !== 'CLI' && program.name !== 'GD_BRICK')
        put(fields, 'responder_uuid', gfid(response?.uuid));
      if (Introductions.has(procedure.name) && integer(response?.op_ret) === 0)
        peerNames.learn(gfid(response?.uuid), text(request?.hostname));
      if (Array.isArray(fields.peers)) learnPeers(peerNames, fields.peers);
      putHosts(fields);
      const isStep = Transacting.has(program.name) && Steps.has(procedure.name);
      const words = isStep ? wordsOfStep(exchange, part, fields) : ofTransaction(fields);
      return words === '' ? '' : ` ${words}`;
    },
    told({ procedure, response }, fields, outcome) {
      // The answer's list is read with its words.
      if (response?.friends !== undefined && Array.isArray(fields.peers)) learnPeers(peerNames, fields.peers);
      if (current === undefined) return;
      if (Unlocks.has(procedure.name)) transactions.end(current);
      else transactions.step(current, `${procedure.name} ${outcome}`);
      current = undefined;
    },
    unseen() {
      transactions.gap(`${peer} `);
    },
  };
}

function learnPeers(names: PeerNames, peers: readonly Json[]): void {
  for (const peer of peers) names.learn(text(object(peer)?.uuid), text(object(peer)?.hostname));
}

function ofTransaction(fields: Fields): string {
  return fields.transaction === undefined ? '' : `(txn ${shortId(fields.transaction)})`;
}
