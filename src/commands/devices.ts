/** `wiretail devices`: what can be captured on. */
import { networkInterfaces } from 'node:os';
import type { CommandModule } from 'yargs';
import { listDevices } from '../capture/libpcap/devices.js';
import { type Libpcap, loadLibpcap } from '../capture/libpcap/library.js';
import { UserError } from '../config/user-error.js';

export const devicesCommand: CommandModule = {
  command: 'devices',
  describe: 'list the interfaces to capture on',
  handler() {
    const addresses = networkInterfaces();
    for (const device of listDevices(library())) {
      const state = device.up ? (device.running ? 'up' : 'up, no link') : 'down';
      const of = (addresses[device.name] ?? []).map((one) => one.address).join(' ');
      const note = [device.description, of].filter(Boolean).join('; ');
      process.stdout.write(`${device.name.padEnd(16)} ${state.padEnd(12)} ${note}\n`);
    }
  },
};

function library(): Libpcap {
  try {
    return loadLibpcap();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${reason}: install libpcap0.8`);
  }
}
