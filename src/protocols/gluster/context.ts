/** What one decoder knows for all connections together: made once for each, and handed to every describer. */
import type { ToWallClock } from '../../packet/timestamp.js';
import type { DiscoveredBrick, HostHooks, ProtocolOptions } from '../protocol.js';
import { type BrickRegistry, newBrickRegistry } from './cluster/brick-registry.js';
import { type AllPeerNames, newPeerNames } from './cluster/peer-names.js';
import { newTransactions, type Transactions } from './cluster/transactions.js';
import { type LockTable, newLockTable } from './locks/lock-table.js';
import { newPaths, type Paths } from './paths/brick-paths.js';

export interface GlusterContext {
  readonly services: BrickRegistry;
  readonly paths: Paths;
  readonly locks: LockTable;
  readonly transactions: Transactions;
  readonly peerNames: AllPeerNames;
  /** With --detail full. */
  readonly full: boolean;
  readonly toWallClock: ToWallClock;
  /** Tells the other decoders of a brick. */
  readonly found: (brick: DiscoveredBrick) => void;
}

export function newContext(
  options: ProtocolOptions,
  { brickDiscovered: found, toWallClock }: HostHooks,
): GlusterContext {
  const paths = newPaths(options.maxPaths);
  return {
    services: newBrickRegistry(options.bricks, paths.gap),
    paths,
    locks: newLockTable(),
    transactions: newTransactions(),
    peerNames: newPeerNames(),
    full: options.detail === 'full',
    toWallClock,
    found,
  };
}
