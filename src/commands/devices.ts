/** `wiretail devices`: lists the interfaces that can be captured on. */
import { networkInterfaces } from 'node:os';
import type { CommandModule } from 'yargs';
import type { Device } from '../capture/libpcap/device-list.js';
import { UserError } from '../config/user-error.js';
import { print } from './print.js';

export const devicesCommand: CommandModule = {
  command: 'devices',
  describe: 'list the interfaces to capture on',
  async handler() {
    const interfaces = networkInterfaces();
    for (const device of await listDevices()) {
      const state = device.up ? (device.running ? 'up' : 'up, no link') : 'down';
      const addresses = (interfaces[device.name] ?? []).map(({ address }) => address).join(' ');
      const note = [device.description, addresses].filter(Boolean).join('; ');
      print(`${device.name.padEnd(16)} ${state.padEnd(12)} ${note}\n`);
    }
  },
};

/** koffi is loaded only here: the capture thread has its own binding. @throws UserError if libpcap can't be loaded */
async function listDevices(): Promise<Device[]> {
  try {
    const { loadLibpcap } = await import('../capture/libpcap/library.js');
    const { listDevices } = await import('../capture/libpcap/device-list.js');
    return listDevices(loadLibpcap());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${reason}: install libpcap0.8`);
  }
}
