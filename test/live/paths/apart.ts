/**
 * Replicas that differ for a while: some bricks executed a change and others failed it. Until GlusterFS heals them, a brick
 * may have other names than the volume, and its lines show the brick's names.
 */
import type { Line } from '../../helpers/wiretail.js';
import { timeOf } from './clock.js';

type Fields = { readonly [name: string]: unknown };

const CHANGES = new Set(['CREATE', 'MKDIR', 'MKNOD', 'SYMLINK', 'LINK', 'UNLINK', 'RMDIR', 'RENAME']);

export interface Apart {
  /** Adds a line of the calls view. */
  add(line: Line): void;
  /** By brick, since when it may differ from the others. */
  since(): Map<unknown, number>;
}

export function newApart(): Apart {
  /** By operation: calls to the replicas have the same time of the caller (ctime) in the credential. */
  const operations = new Map<string, { brick: unknown; failed: boolean; at: number }[]>();
  return {
    add(line) {
      const { outcome, action } = line.event as { readonly outcome?: string; readonly action: string };
      const { auth } = (line.rpc ?? {}) as { readonly auth?: Fields };
      if (!CHANGES.has(action) || auth === undefined) return;
      const { ip } = line.source as Fields;
      const key = `${ip} ${action} ${auth.pid} ${auth.ctime_sec} ${auth.ctime_nsec}`;
      const calls = operations.get(key) ?? [];
      operations.set(key, calls);
      const { brick } = line.gluster as Fields;
      calls.push({ brick, failed: outcome !== 'success', at: timeOf(line['@timestamp']) });
    },
    since() {
      const since = new Map<unknown, number>();
      for (const calls of operations.values()) {
        // The program gets the result of one brick, not always that of most.
        if (calls.every(({ failed }) => failed === calls[0].failed)) continue;
        for (const { brick, at } of calls) since.set(brick, Math.min(at, since.get(brick) ?? at));
      }
      return since;
    },
  };
}
