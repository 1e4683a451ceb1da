/**
 * Replicas that differ for a while: a change that one of them has failed and others have done, or the other way about.
 * GlusterFS heals that later; until then some brick has other names than the volume, and its lines have those that it has.
 */
import type { Line } from '../../helpers/wiretail.js';
import { momentOf } from './clock.js';

type Fields = { readonly [name: string]: unknown };

const CHANGES = new Set(['CREATE', 'MKDIR', 'MKNOD', 'SYMLINK', 'LINK', 'UNLINK', 'RMDIR', 'RENAME']);

export interface Apart {
  /** A line of the calls view. */
  take(line: Line): void;
  /** By brick, since when it is not as the others. */
  since(): Map<unknown, number>;
}

export function newApart(): Apart {
  /** By operation: those to its replicas have the same time of the caller's (ctime) in the credential. */
  const operations = new Map<string, { brick: unknown; failed: boolean; at: number }[]>();
  return {
    take(line) {
      const { outcome, action } = line.event as { readonly outcome?: string; readonly action: string };
      const { auth } = (line.rpc ?? {}) as { readonly auth?: Fields };
      if (!CHANGES.has(action) || auth === undefined) return;
      const { ip } = line.source as Fields;
      const key = `${ip} ${action} ${auth.pid} ${auth.ctime_sec} ${auth.ctime_nsec}`;
      const calls = operations.get(key) ?? [];
      operations.set(key, calls);
      const { brick } = line.gluster as Fields;
      calls.push({ brick, failed: outcome !== 'success', at: momentOf(line['@timestamp']) });
    },
    since() {
      const since = new Map<unknown, number>();
      for (const calls of operations.values()) {
        // What the program is told is what one of them has done, and not always what most have.
        if (calls.every(({ failed }) => failed === calls[0].failed)) continue;
        for (const { brick, at } of calls) since.set(brick, Math.min(at, since.get(brick) ?? at));
      }
      return since;
    },
  };
}
