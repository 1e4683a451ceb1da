/** A program on a mount: it makes one operation at a time, and keeps files open. */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GlusterNode } from '../../helpers/gluster-node.js';
import { ended } from '../../helpers/wiretail.js';
import type { Entity, Link, Model } from './model.js';
import type { Command, Hex, Outcome } from './worker.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
/** The maximum duration of an operation. */
const STUCK_MS = 30000;

export interface Slot {
  /** Its open files, by number. */
  readonly files: Map<number, Entity>;
  /** The directory that its client has as root. */
  readonly base: Entity;
  /** The path to a file as the client sees it; undefined: out of its reach. */
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
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
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
          () => reject(new Error(`${node.name} is stuck: ${JSON.stringify(command)} ${stderr}`)),
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
