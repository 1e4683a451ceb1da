/** `wiretail devices`: what can be captured on. */
import { networkInterfaces } from 'node:os';
import type { CommandModule } from 'yargs';
import type { Device } from '../capture/libpcap/device-list.js';
import { UserError } from '../config/user-error.js';
import { print } from './print.js';

export const devicesCommand: CommandModule = {
  command: 'devices',
  describe: 'list the interfaces to capture on',
  async handler() {
    const addresses = networkInterfaces();
    for (const device of await devices()) {
      const state = device.up ? (device.running ? 'up' : 'up, no link') : 'down';
      const of = (addresses[device.name] ?? []).map((one) => one.address).join(' ');
      const note = [device.description, of].filter(Boolean).join('; ');
      print(`${device.name.padEnd(16)} ${state.padEnd(12)} ${note}\n`);
    }
  },
};

/** koffi is loaded here only: the capture thread has a binding of its own. */
async function devices(): Promise<Device[]> {
  try {
    const { loadLibpcap } = await import('../capture/libpcap/library.js');
    const { listDevices } = await import('../capture/libpcap/device-list.js');
    return listDevices(loadLibpcap());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${reason}: install libpcap0.8`);
  }
}
