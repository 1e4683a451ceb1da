/**
 * The cap engine: one child process for each interface (child.ts), whose packets are copied into the ring here.
 * A child that dies is reported as an anomaly and started again; a full ring is a counted drop.
 */
import { monotonic } from '../../observe/health.js';
import type { LiveContext, LiveEngine } from '../engine.js';
import { newWatermark } from '../watermark.js';
import { BUFFER_BYTES } from './child-process.js';
import { ChildSupervisor } from './child-supervisor.js';

/** In immediate mode every packet, however small, takes a slot of cap's whole snapshot length. */
const SLOT_BYTES = 64 << 10;
const STOP_CHECK_MS = 50;

export const captureCap: LiveEngine = async (context) => {
  const { options } = context;
  const supervisors = options.interfaces.map((name) => new ChildSupervisor(context, name));
  const linkTypes = await Promise.all(supervisors.map((supervisor) => supervisor.start()));
  const bufferBytes = options.bufferBytes ?? BUFFER_BYTES;
  context.ready({
    interfaces: options.interfaces.map((name, i) => ({ interface: name, linkType: linkTypes[i] })),
    bufferBytes,
    bufferSlots: Math.floor(bufferBytes / SLOT_BYTES),
  });
  await untilStopped(context);
  await Promise.all(supervisors.map((supervisor) => supervisor.stop()));
};

function untilStopped(context: LiveContext): Promise<void> {
  // Between two ticks everything that the children have written is read.
  const reportWatermark = newWatermark(context.ring, STOP_CHECK_MS);
  let lastTick = monotonic();
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      context.heartbeat();
      reportWatermark(lastTick, true);
      lastTick = monotonic();
      if (!context.stopped()) return;
      clearInterval(timer);
      resolve();
    }, STOP_CHECK_MS);
  });
}
