/** What decoder threads start with. */
import { readBricks } from '../../config/gluster-state.js';
import type { CommonConfig } from '../../config/options.js';
import { Tunnel } from '../../packet/tunnel.js';
import { FIRST_DYNAMIC_PORT } from '../../protocols/registry.js';
import { DEFAULT_LIMITS } from '../../stream/limits.js';
import { CHECKPOINT_BYTES } from '../decode/checkpoint.js';
import type { DecoderData, Shared } from './messages.js';

/** Bytes of lines that may wait for the outputs, over all decoders. */
const PENDING_BYTES = 64 << 20;
/** The longest line coalescing delay. */
const COALESCING_MS = 20;

/** @param readTimeout milliseconds that the kernel may buffer a packet; undefined: capture files are read */
export function newDecoderData(
  config: CommonConfig,
  shared: Shared,
  readTimeout: number | undefined,
): DecoderData[] {
  const live = readTimeout !== undefined;
  const { glusterStateDir } = config;
  const bricks = glusterStateDir === undefined ? [] : readBricks(glusterStateDir, live);
  return Array.from({ length: config.workers }, (_, decoder) => ({
    ...shared,
    decoder,
    counterRow: decoder + 1,
    checkpoint: new SharedArrayBuffer(CHECKPOINT_BYTES),
    pendingLimit: Math.floor(PENDING_BYTES / config.workers),
    // A shorter read timeout asks for less delay overall.
    coalescingDelay: Math.min(readTimeout ?? COALESCING_MS, COALESCING_MS),
    live,
    options: {
      shard: decoder,
      shards: config.workers,
      ports: config.ports,
      servicePorts: config.servicePorts,
      dynamicPortsFrom: FIRST_DYNAMIC_PORT,
      view: config.view,
      detail: config.detail,
      payloadBytes: config.payloadBytes,
      redactKey: config.redactKey,
      maxLine: config.maxLine,
      snaplen: config.snaplen,
      tunnels: config.decapsulate.reduce((bits, name) => bits | Tunnel[name], 0),
      limits: DEFAULT_LIMITS,
      numbered: !live,
      select: config.select,
      callTimeout: config.callTimeout,
      stuck: config.stuck,
      maxPaths: Math.ceil(config.maxPaths / config.workers),
      bricks,
    },
  }));
}
