/**
 * What the messages of a transaction have said of it, for those that do not say it themselves: the lock of the whole
 * cluster (CLUSTER_LOCK, until GlusterFS 3.5) tells nothing but who wants it, and UNLOCK may have been cut. By the
 * glusterd that is asked: all messages toward one glusterd pass here, those toward others perhaps elsewhere.
 */
import type { Fields } from '../../rpc/describer.js';

/** Transactions that are remembered; the oldest is forgotten first. */
const TransactionsLimit = 1024;
/** Steps of one that are remembered. */
const StepsLimit = 16;

/** A key's third word, of a transaction with an id; the first two are the address and port of who is asked. */
export const NAMED = 'id';

/** What is told of a transaction wherever it is known. */
const TOLD = ['operation', 'volume', 'snapshot', 'command', 'keys', 'keys_more', 'transaction'] as const;

export interface Transaction {
  readonly key: string;
  /** It has an id of its own. */
  readonly named: boolean;
  /** Fields of the `gluster` section. */
  readonly told: Fields;
  /** Each procedure since the lock, with its outcome: `STAGE_OP success`. */
  readonly steps: string[];
  /** All since the lock was seen: `steps` lacks nothing but the answers that are awaited. */
  whole: boolean;
  /** Steps whose call was told by itself, so far without an answer. */
  awaited: number;
}

export interface Transactions {
  /** It begins here. */
  begin(key: string, fields: Fields): Transaction;
  /** Adds what the fields say of the transaction to what is known of it, and that to the fields. */
  share(key: string, fields: Fields): Transaction;
  find(key: string): Transaction | undefined;
  step(transaction: Transaction, name: string): void;
  end(transaction: Transaction): void;
  /**
   * Messages may have gone by unseen, of those that begin so. Those without an id are forgotten: what comes next
   * may be of another that is like it.
   */
  gap(prefix: string): void;
}

/** Puts what is known of a transaction where a message itself does not say it. */
export function tell({ told }: Transaction, fields: Fields): void {
  for (const name of TOLD)
    if (fields[name] === undefined && told[name] !== undefined) fields[name] = told[name];
}

/** Whether these fields are of another transaction, so that the end of the one that is known went by unseen. */
function isOther({ told }: Transaction, fields: Fields): boolean {
  return (['operation', 'volume', 'command', 'transaction'] as const).some(
    (name) => told[name] !== undefined && fields[name] !== undefined && told[name] !== fields[name],
  );
}

export function newTransactions(): Transactions {
  const transactions = new Map<string, Transaction>();

  const remember = (key: string, whole: boolean): Transaction => {
    const named = key.split(' ', 3)[2] === NAMED;
    const transaction: Transaction = { key, named, told: {}, steps: [], whole, awaited: 0 };
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
      const known = transactions.get(key);
      const transaction = known === undefined || isOther(known, fields) ? remember(key, false) : known;
      take(transaction, fields);
      tell(transaction, fields);
      return transaction;
    },
    find: (key) => transactions.get(key),
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
      for (const [key, transaction] of transactions) {
        if (!key.startsWith(prefix)) continue;
        if (transaction.named) transaction.whole = false;
        else transactions.delete(key);
      }
    },
  };
}
