/**
 * What the messages of a transaction have said of it, for those that do not say it themselves: the lock of the whole
 * cluster (CLUSTER_LOCK, until GlusterFS 3.5) tells nothing but who wants it, and UNLOCK may have been cut. By the
 * glusterd that is asked: all messages toward one glusterd pass here, those toward others perhaps elsewhere.
 */
import type { Fields } from '../rpc/describe.js';

/** Transactions that are remembered; the oldest is forgotten first. */
const TransactionsLimit = 1024;
/** Steps of one that are remembered. */
const StepsLimit = 16;

/** What is told of a transaction wherever it is known. */
const TOLD = ['operation', 'volume', 'snapshot', 'command', 'keys', 'keys_more', 'transaction'] as const;

export interface Transaction {
  readonly key: string;
  /** Fields of the `gluster` section. */
  readonly told: Fields;
  /** Each procedure since the lock, with its outcome: `STAGE_OP success`. */
  readonly steps: string[];
  /** All since the lock was seen: `steps` lacks nothing. */
  whole: boolean;
}

export interface Transactions {
  /** It begins here. */
  begin(key: string, fields: Fields): Transaction;
  /** Adds what the fields say of the transaction to what is known of it, and that to the fields. */
  share(key: string, fields: Fields): Transaction;
  find(key: string): Transaction | undefined;
  /** The only one that begins so; undefined where there are several. */
  only(prefix: string): Transaction | undefined;
  step(transaction: Transaction, name: string): void;
  end(transaction: Transaction): void;
  /** Messages may have gone by unseen, of those that begin so. */
  gap(prefix: string): void;
}

/** Puts what is known of a transaction where a message itself does not say it. */
export function tell({ told }: Transaction, fields: Fields): void {
  for (const name of TOLD)
    if (fields[name] === undefined && told[name] !== undefined) fields[name] = told[name];
}

export function newTransactions(): Transactions {
  const transactions = new Map<string, Transaction>();

  const remember = (key: string, whole: boolean): Transaction => {
    const transaction: Transaction = { key, told: {}, steps: [], whole };
    transactions.delete(key);
    transactions.set(key, transaction);
    if (transactions.size > TransactionsLimit) {
      const [oldest] = transactions.keys();
      transactions.delete(oldest);
    }
    return transaction;
  };

  const take = ({ told }: Transaction, fields: Fields) => {
    for (const name of TOLD) if (fields[name] !== undefined) told[name] = fields[name];
  };

  return {
    share(key, fields) {
      const transaction = transactions.get(key) ?? remember(key, false);
      take(transaction, fields);
      tell(transaction, fields);
      return transaction;
    },
    find: (key) => transactions.get(key),
    only(prefix) {
      let only: Transaction | undefined;
      for (const [key, transaction] of transactions) {
        if (!key.startsWith(prefix)) continue;
        if (only !== undefined) return undefined;
        only = transaction;
      }
      return only;
    },
    begin(key, fields) {
      const transaction = remember(key, true);
      take(transaction, fields);
      return transaction;
    },
    step({ steps }, name) {
      if (steps.length < StepsLimit) steps.push(name);
    },
    end({ key }) {
      transactions.delete(key);
    },
    gap(prefix) {
      for (const [key, transaction] of transactions) if (key.startsWith(prefix)) transaction.whole = false;
    },
  };
}
