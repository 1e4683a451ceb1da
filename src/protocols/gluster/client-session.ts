/** One connection of a client to a brick: the endpoint, the client's identity, and the client's root directory. */

import { formatAddress } from '../../packet/address.js';
import type { Connection } from '../protocol.js';
import type { Fields } from '../rpc/describer.js';
import type { BrickEndpoint } from './cluster/brick-registry.js';
import { type ClientIdentity, clientFields } from './cluster/client-identity.js';
import type { GlusterContext } from './context.js';
import type { GlusterSection } from './fields.js';
import { type LockClient, newLockList } from './locks/lock.js';
import {
  ASSUMED_ROOT,
  type ClientRoot,
  subdirectoryRoot,
  VOLUME_ROOT,
  withKnownGfid,
} from './paths/client-root.js';
import type { BrickClient } from './paths/file-names.js';
import { put, ROOT_GFID } from './values.js';

/** The state of the session while its connection is idle. */
export interface SuspendedSession {
  readonly identity: ClientIdentity | undefined;
  readonly root: ClientRoot;
  readonly hasOperated: boolean;
}

export class ClientSession implements BrickClient, LockClient {
  readonly locks = newLockList();
  root: ClientRoot;
  private readonly connection: Connection;
  private readonly context: GlusterContext;
  private currentEndpoint: BrickEndpoint;
  /** From the client's SETVOLUME; undefined: not seen. */
  private identity: ClientIdentity | undefined;
  /** Whether a file operation was answered: then SETVOLUME is over. */
  private hasOperated: boolean;
  /** The endpoint that counts this connection's pending gap; undefined: there is none. */
  private gapEndpoint: BrickEndpoint | undefined = undefined;

  constructor(connection: Connection, context: GlusterContext, suspended: SuspendedSession | undefined) {
    this.connection = connection;
    this.context = context;
    this.currentEndpoint = context.bricks.endpointOf(connection);
    this.identity = suspended?.identity;
    this.root = suspended?.root ?? (connection.fromStart ? VOLUME_ROOT : ASSUMED_ROOT);
    this.hasOperated = suspended?.hasOperated ?? false;
  }

  /** `process-uuid` of the client. */
  get id(): string | undefined {
    return this.identity?.id;
  }

  /** The brick that SETVOLUME names. */
  get brick(): string | undefined {
    return this.identity?.brick;
  }

  endpoint(): BrickEndpoint {
    if (this.currentEndpoint.isEvicted) {
      this.currentEndpoint = this.context.bricks.endpointOf(this.connection);
    }
    return this.currentEndpoint;
  }

  brickTable(): number {
    return this.context.bricks.tableOf(this.endpoint(), this.identity?.brick);
  }

  /** The tables of the bricks that a call may have reached: all of the port if the brick is unknown. */
  possibleTables(): Iterable<number> {
    const table = this.brickTable();
    return table === 0 ? this.endpoint().tables.values() : [table];
  }

  /** Stores the identity at the SETVOLUME call, since the reply may be lost. */
  identify(identity: ClientIdentity, epoch: number): void {
    this.identity = identity;
    const { subdir } = identity;
    this.root =
      subdir === undefined
        ? VOLUME_ROOT
        : subdirectoryRoot(this.context.paths, () => this.brickTable(), subdir, epoch);
  }

  /** The brick accepted the SETVOLUME. */
  confirmIdentity(): void {
    const { identity, root } = this;
    this.context.bricks.recordBrick(this.endpoint(), identity?.brick, identity?.volume, identity?.host);
    // Once resolved, a directory stays known when its name changes.
    if (!root.isFinal && root.gfid !== undefined) this.root = withKnownGfid(root, root.gfid);
  }

  /** A file operation was answered. */
  markOperated(): void {
    this.hasOperated = true;
  }

  /** Records the gfid of the client's root from a reply. It is final: the brick resolves the directory at SETVOLUME. */
  observeRootGfid(gfid: string): void {
    const { root } = this;
    if (gfid === ROOT_GFID && !root.isCertain) this.root = VOLUME_ROOT;
    else if (gfid !== root.gfid) this.root = withKnownGfid(root, gfid);
  }

  /** Calls may have passed unseen. */
  markCallsLost(): void {
    // A lost SETVOLUME, the first call of a connection, may have requested a directory as root.
    if (this.identity === undefined && !this.hasOperated) this.root = ASSUMED_ROOT;
    // Creates the brick's table if it has none, so that the gap covers calls in flight.
    this.brickTable();
    for (const table of this.endpoint().tables.values()) this.context.paths.markGap(table);
  }

  hasPendingGap(): boolean {
    return this.endpoint().pendingGaps > 0;
  }

  setPendingGap(isPending: boolean): void {
    if (isPending === (this.gapEndpoint !== undefined)) return;
    if (this.gapEndpoint !== undefined) this.gapEndpoint.pendingGaps--;
    this.gapEndpoint = isPending ? this.endpoint() : undefined;
    if (this.gapEndpoint !== undefined) this.gapEndpoint.pendingGaps++;
  }

  /** Puts the brick and the client into a line. `withDetails`: all fields of the client. */
  putFields(out: GlusterSection, withDetails: boolean): void {
    const { identity } = this;
    // Only a midstream pickup relies on the endpoint: other connections have a SETVOLUME.
    const source =
      identity ?? (this.connection.fromStart || this.endpoint().isShared ? undefined : this.currentEndpoint);
    put(out, 'volume', source?.volume);
    put(out, 'brick', source?.brick);
    put(out, 'brick_host', source?.host);
    if (identity !== undefined) out.client = withDetails ? clientFields(identity) : identity.caller;
  }

  /** The client as a lock holder. */
  holderFields(): Fields {
    const { identity, connection } = this;
    return {
      ...(identity === undefined ? {} : { client: identity.caller }),
      ip: formatAddress(connection.ipVersion, ...connection.client),
      port: connection.clientPort,
    };
  }

  /** undefined: more is in progress than a suspended session can hold. */
  suspend(): SuspendedSession | undefined {
    const { identity, root, hasOperated } = this;
    if (this.gapEndpoint !== undefined || !root.isFinal || this.locks.size() > 0) return undefined;
    return { identity, root, hasOperated };
  }
}
