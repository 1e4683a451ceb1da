/**
 * Management transactions in progress, with the fields that their messages share: CLUSTER_LOCK (until GlusterFS 3.5)
 * carries only the uuid of the requesting glusterd, and UNLOCK may be truncated. A key begins with the responding
 * glusterd: this decoder thread sees all messages to it, but perhaps none to another glusterd.
 */

import type { Fields } from '../../rpc/describer.js';
import type { GlusterSection } from '../fields.js';

/** Transactions kept; the oldest is evicted first. */
const MAX_TRANSACTIONS = 1024;
/** Steps kept of one transaction. */
const MAX_STEPS = 16;

/** The third word of a key with a transaction id. The first two are address and port of the responding glusterd. */
export const ID_KEY_WORD = 'id';

/** Fields that every message of a transaction shares. */
const SHARED_FIELDS = [
  'operation',
  'volume',
  'snapshot',
  'command',
  'keys',
  'keys_more',
  'transaction',
] as const;

/** Fields that differ only between transactions. */
const DISTINCTIVE_FIELDS = ['operation', 'volume', 'command', 'transaction'] as const;

export interface Transaction {
  readonly key: string;
  readonly hasId: boolean;
  /** Shared fields of the `gluster` section. */
  readonly fields: GlusterSection;
  /** The procedures since the lock, each with its outcome: `STAGE_OP success`. */
  readonly steps: string[];
  /** Every message since the lock was seen: `steps` lacks only the awaited replies. */
  isComplete: boolean;
  /** Steps whose call was described and whose reply was not, so far. */
  awaitedReplies: number;
}

/** Puts shared fields of a transaction into a message that lacks them. */
export function putSharedFields({ fields }: Transaction, out: GlusterSection): void {
  for (const name of SHARED_FIELDS) {
    if (out[name] === undefined && fields[name] !== undefined) out[name] = fields[name];
  }
}

function takeSharedFields({ fields }: Transaction, from: Fields): void {
  for (const name of SHARED_FIELDS) if (from[name] !== undefined) fields[name] = from[name];
}

/** Whether the fields belong to another transaction: then the UNLOCK of the known transaction was lost. */
function isOtherTransaction({ fields }: Transaction, other: Fields): boolean {
  return DISTINCTIVE_FIELDS.some(
    (name) => fields[name] !== undefined && other[name] !== undefined && fields[name] !== other[name],
  );
}

export class Transactions {
  private readonly byKey = new Map<string, Transaction>();

  find(key: string): Transaction | undefined {
    return this.byKey.get(key);
  }

  /** Begins a transaction with its lock. */
  begin(key: string, fields: GlusterSection): Transaction {
    const transaction = this.add(key, true);
    takeSharedFields(transaction, fields);
    return transaction;
  }

  /** Completes a transaction and one of its messages with each other's shared fields. */
  shareFields(key: string, fields: GlusterSection): Transaction {
    const known = this.byKey.get(key);
    const transaction =
      known === undefined || isOtherTransaction(known, fields) ? this.add(key, false) : known;
    takeSharedFields(transaction, fields);
    putSharedFields(transaction, fields);
    return transaction;
  }

  recordStep({ steps }: Transaction, step: string): void {
    if (steps.length < MAX_STEPS) steps.push(step);
  }

  end({ key }: Transaction): void {
    this.byKey.delete(key);
  }

  /**
   * Messages of transactions with this key prefix may have been lost. Drops transactions without an id: the next message
   * may belong to another transaction with the same key.
   */
  markGap(prefix: string): void {
    for (const [key, transaction] of this.byKey) {
      if (!key.startsWith(prefix)) continue;
      if (transaction.hasId) transaction.isComplete = false;
      else this.byKey.delete(key);
    }
  }

  private add(key: string, isComplete: boolean): Transaction {
    const hasId = key.split(' ', 3)[2] === ID_KEY_WORD;
    const transaction: Transaction = { key, hasId, fields: {}, steps: [], isComplete, awaitedReplies: 0 };
    this.byKey.delete(key);
    this.byKey.set(key, transaction);
    if (this.byKey.size > MAX_TRANSACTIONS) {
      const [oldest] = this.byKey.keys();
      this.byKey.delete(oldest);
    }
    return transaction;
  }
}
