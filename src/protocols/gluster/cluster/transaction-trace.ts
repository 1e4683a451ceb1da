/**
 * The management transactions on one connection between glusterds: lock, stage or validation, commit, unlock. Each
 * message gets the fields that other messages of its transaction have (transactions.ts); UNLOCK lists the steps before it.
 */

import { formatAddress } from '../../../packet/address.js';
import { displayName } from '../../../records/phrases.js';
import type { EventOutcome, Json } from '../../../records/record.js';
import type { Connection } from '../../protocol.js';
import type { Fields } from '../../rpc/describer.js';
import { operationPhrase, putTransaction, shortId } from '../describe/glusterd.js';
import type { GlusterField, GlusterSection } from '../fields.js';
import type { GlusterExchange } from '../programs/procedure.js';
import type { TransactionRole } from '../programs/transaction-role.js';
import { gfid, integer, object, put, text } from '../values.js';
import type { PeerNames } from './peer-names.js';
import { ID_KEY_WORD, putSharedFields, type Transaction, type Transactions } from './transactions.js';

const locksCluster = (role: TransactionRole | undefined) =>
  role === 'cluster lock' || role === 'cluster unlock';
const unlocks = (role: TransactionRole | undefined) => role === 'unlock' || role === 'cluster unlock';

type MessagePart = 'call' | 'reply' | 'both';

/** Characters of each decoded text in a transaction's key. */
const MAX_KEY_WORD_LENGTH = 256;

const keyWord = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, MAX_KEY_WORD_LENGTH) : '';

/** The steps before an unlock: `STAGE_OP, COMMIT_OP failed`. */
function stepWords(transaction: Transaction): string {
  const steps = transaction.steps
    .filter((step) => !/^(?:CLUSTER_)?LOCK success$/.test(step))
    .map((step) => step.replace(/ success$/, '').replace(/ failure$/, ' failed'));
  return steps.length === 0 ? 'the lock alone' : steps.join(', ');
}

/** Whether the dictionary is truncated before the values that distinguish the transaction from others. */
function isAmbiguous({ program, procedure, whole }: GlusterExchange, fields: GlusterSection): boolean {
  if (fields.transaction !== undefined || locksCluster(procedure.transaction)) return false;
  return program.version < 3 ? !whole : fields.volume === undefined && fields.command === undefined;
}

function recordPeers(names: PeerNames, peers: readonly Json[]): void {
  for (const peer of peers) names.record(text(object(peer)?.uuid), text(object(peer)?.hostname));
}

function transactionWords(fields: GlusterSection): string {
  return fields.transaction === undefined ? '' : `(txn ${shortId(fields.transaction)})`;
}

export class TransactionTrace {
  private readonly transactions: Transactions;
  private readonly peerNames: PeerNames;
  /** `ADDRESS PORT` of the responding glusterd. */
  private readonly peer: string;
  /** The transaction of the message that was described last. */
  private current: Transaction | undefined = undefined;

  constructor(connection: Connection, transactions: Transactions, peerNames: PeerNames) {
    this.transactions = transactions;
    this.peerNames = peerNames;
    this.peer = `${formatAddress(connection.ipVersion, ...connection.server)} ${connection.serverPort}`;
  }

  /** Puts the fields of the message's transaction into the line. Returns the words for it. */
  describe(exchange: GlusterExchange, part: MessagePart, fields: GlusterSection): string {
    this.current = undefined;
    const { program, procedure, request, response } = exchange;
    if (!program.isGlusterd) return '';
    // Replies of version 1 have other structs, and its transactions have no id.
    if (program.name === 'CLI' && program.version > 1) putTransaction(response, fields);
    if (program.name !== 'CLI' && program.name !== 'GD_BRICK') {
      put(fields, 'responder_uuid', gfid(response?.uuid));
    }
    if (procedure.identifiesPeer && integer(response?.op_ret) === 0) {
      this.peerNames.record(gfid(response?.uuid), text(request?.hostname));
    }
    if (Array.isArray(fields.peers)) recordPeers(this.peerNames, fields.peers);
    this.putHostName(fields, 'peer_uuid', 'peer_name');
    this.putHostName(fields, 'responder_uuid', 'responder_name');
    const isStep = procedure.transaction !== undefined;
    const words = isStep ? this.describeStep(exchange, part, fields) : transactionWords(fields);
    return words === '' ? '' : ` ${words}`;
  }

  /** Records the outcome of the message that was described last: a step of its transaction, or the end. */
  recordOutcome(
    { procedure, response }: GlusterExchange,
    fields: GlusterSection,
    outcome: EventOutcome,
  ): void {
    // The peers of a reply are put into the fields after describe().
    if (response?.friends !== undefined && Array.isArray(fields.peers)) {
      recordPeers(this.peerNames, fields.peers);
    }
    if (this.current === undefined) return;
    if (unlocks(procedure.transaction)) this.transactions.end(this.current);
    else this.transactions.recordStep(this.current, `${procedure.name} ${outcome}`);
    this.current = undefined;
  }

  /** Messages of this connection may have been lost. */
  markGap(): void {
    this.transactions.markGap(`${this.peer} `);
  }

  private describeStep(exchange: GlusterExchange, part: MessagePart, fields: GlusterSection): string {
    if (fields.transaction === undefined) put(fields, 'transaction', gfid(exchange.response?.txn_id));
    const transaction = this.transactionOf(exchange, part, fields);
    this.current = transaction;
    if (transaction !== undefined) putSharedFields(transaction, fields);
    const phrase = operationPhrase(fields);
    const words = [phrase, transactionWords(fields)];
    const peer = text(fields.peer_name) ?? (phrase === '' ? shortId(fields.peer_uuid) : '');
    if (peer !== '') words.push(`by ${displayName(peer)}`);
    if (fields.responder_name !== undefined) words.push(`on ${displayName(fields.responder_name)}`);
    if (transaction !== undefined && !unlocks(exchange.procedure.transaction)) {
      if (part === 'call') transaction.awaitedReplies++;
      else if (part === 'reply') transaction.awaitedReplies--;
    } else if (transaction?.isComplete === true && transaction.awaitedReplies === 0) {
      fields.steps = [...transaction.steps];
      words.push(`after ${stepWords(transaction)}`);
    }
    return words.filter((word) => word !== '').join(' ');
  }

  /** The transaction that the message is a step of; undefined: unknown. */
  private transactionOf(
    exchange: GlusterExchange,
    part: MessagePart,
    fields: GlusterSection,
  ): Transaction | undefined {
    const { transactions } = this;
    const { transaction: role } = exchange.procedure;
    const { version } = exchange.program;
    const key = isAmbiguous(exchange, fields) ? undefined : this.keyOf(role, version, fields);
    if (key === undefined) {
      // It may be a step of any transaction.
      this.markGap();
      return undefined;
    }
    if (role === 'lock' || role === 'cluster lock') {
      return part === 'reply' ? transactions.find(key) : transactions.begin(key, fields);
    }
    if (unlocks(role)) return transactions.find(key);
    const transaction = transactions.shareFields(key, fields);
    // A newer glusterd in a cluster of older ones takes the cluster lock, then sends phases with an id.
    const locked = version < 3 ? transactions.find(this.clusterKey(fields)) : undefined;
    if (locked === undefined || locked === transaction) return transaction;
    return transactions.shareFields(locked.key, fields);
  }

  private keyOf(
    role: TransactionRole | undefined,
    version: number,
    fields: GlusterSection,
  ): string | undefined {
    if (fields.transaction !== undefined && !locksCluster(role)) {
      return `${this.peer} ${ID_KEY_WORD} ${keyWord(fields.transaction)}`;
    }
    if (fields.peer_uuid === undefined) return undefined;
    if (version < 3) return this.clusterKey(fields);
    return fields.operation === undefined ? undefined : this.phaseKey(fields);
  }

  /** One glusterd at a time holds the cluster lock. */
  private clusterKey(fields: GlusterSection): string {
    return `${this.peer} cluster ${keyWord(fields.peer_uuid)}`;
  }

  /** The key of phases without an id. The volume is locked, so no two transactions have the same key at a time. */
  private phaseKey({ peer_uuid, operation, volume, command }: Fields): string {
    return `${this.peer} ${[peer_uuid, operation, volume, command].map(keyWord).join(' ')}`;
  }

  private putHostName(fields: GlusterSection, uuidField: GlusterField, nameField: GlusterField): void {
    const uuid = text(fields[uuidField]);
    if (uuid !== undefined) put(fields, nameField, this.peerNames.hostOf(uuid));
  }
}
