/** The part of the npm package cap that wiretail uses; the package ships no types. */
declare module 'cap' {
  import type { EventEmitter } from 'node:events';

  export class Cap extends EventEmitter {
    /** Opens a device; returns the link type's name. Packets are copied into `buffer`, one at a time. */
    open(device: string, filter: string, bufferSize: number, buffer: Buffer): string;
    close(): void;
    on(event: 'packet', listener: (bytes: number, truncated: boolean) => void): this;
    static deviceList(): { name: string; description?: string; flags?: string }[];
  }
}
