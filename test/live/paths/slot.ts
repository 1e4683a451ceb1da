/** A program that works on a mount: it does an operation at a time, and has files open. */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GlusterNode } from '../../helpers/gluster-node.js';
import { ended } from '../../helpers/wiretail.js';
import type { Entity, Link, Model } from './model.js';
import type { Command, Hex, Outcome } from './worker.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
/** The longest that an operation may take. */
const STUCK_MS = 30000;

export interface Slot {
  /** Its files, by the number under which it has them open. */
  readonly files: Map<number, Entity>;
  /** The directory that it has for its root. */
  readonly base: Entity;
  /** The names on the way to something, as it sees them; undefined: it can't see it. */
  way(node: Entity): readonly Link[] | undefined;
  path(way: readonly Link[], name?: Buffer): Hex;
  act(command: Command): Promise<Outcome>;
  end(): Promise<void>;
}

export function startSlot(node: GlusterNode, model: Model, base: Entity): Slot {
  const mount = Buffer.from(`${node.folder}/mnt`);
  const child = node.spawn(process.execPath, WORKER);
  const end = ended(child);
  const waiting: ((outcome: Outcome) => void)[] = [];
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  child.stdin?.on('error', () => {});
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line)));
  }
  return {
    files: new Map(),
    base,
    way(node) {
      const way = model.way(node);
      if (way === undefined || base === model.root) return way;
      if (node === base) return [];
      const at = way.findIndex((link) => link.node === base);
      return at < 0 ? undefined : way.slice(at + 1);
    },
    path(way, name) {
      const parts = [mount, ...way.map((link) => link.name), ...(name === undefined ? [] : [name])];
      return Buffer.concat(
        parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from('/'), part])),
      ).toString('hex');
    },
    act(command) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`${node.name} is stuck: ${JSON.stringify(command)} ${said}`)),
          STUCK_MS,
        );
        late.unref();
        waiting.push((outcome) => {
          clearTimeout(late);
          resolve(outcome);
        });
        child.stdin?.write(`${JSON.stringify(command)}\n`);
      });
    },
    async end() {
      child.stdin?.end();
      await end;
    },
  };
}
