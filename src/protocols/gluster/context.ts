/** The state that all connections of one decoder thread share. */
import type { ToWallClock } from '../../packet/timestamp.js';
import type { DiscoveredBrick, HostHooks, ProtocolOptions } from '../protocol.js';
import { BrickRegistry } from './cluster/brick-registry.js';
import type { PeerNameTable } from './cluster/peer-names.js';
import { Transactions } from './cluster/transactions.js';
import { LockTable } from './locks/lock-table.js';
import { BrickPaths } from './paths/brick-paths.js';

export interface GlusterContext {
  readonly bricks: BrickRegistry;
  readonly paths: BrickPaths;
  readonly locks: LockTable;
  readonly transactions: Transactions;
  readonly peerNames: PeerNameTable;
  /** With --detail full. */
  readonly full: boolean;
  readonly toWallClock: ToWallClock;
  /** Reports a brick to the other decoder threads. */
  readonly brickDiscovered: (brick: DiscoveredBrick) => void;
}

export function newContext(
  options: ProtocolOptions,
  { brickDiscovered, toWallClock }: HostHooks,
): GlusterContext {
  const paths = new BrickPaths(options.maxPaths);
  return {
    bricks: new BrickRegistry(options.bricks, (table) => paths.markGap(table)),
    paths,
    locks: new LockTable(),
    transactions: new Transactions(),
    peerNames: new Map(),
    full: options.detail === 'full',
    toWallClock,
    brickDiscovered,
  };
}
