/**
 * Reads the bricks of this host and their listening ports from glusterd's files: key=value lines in vols/VOLUME/bricks/*,
 * and the same below snaps/ (glusterd_store_brickinfo_write() of glusterd-store.c). Only local bricks have a port there.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { basename, join } from 'node:path';
import type { KnownBrick } from '../protocols/protocol.js';

/** More bricks than a host has. */
const MAX_BRICKS = 4096;
/** More bytes than glusterd writes for a brick: its buffer is five times PATH_MAX. */
const MAX_FILE_BYTES = 64 << 10;

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Not a Gluster node, or not readable: then the bricks are learned from the connections.
    return [];
  }
}

function readKeys(file: string): Map<string, string> {
  try {
    // Only a regular file is certain to end.
    const stats = lstatSync(file);
    if (!stats.isFile() || stats.size > MAX_FILE_BYTES) return new Map();
    const lines = readFileSync(file, 'utf8').split('\n');
    return new Map(lines.map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]));
  } catch {
    return new Map();
  }
}

/** 0: no port. */
function parsePort(value: string | undefined): number {
  const port = /^\d{1,5}$/.test(value ?? '') ? Number(value) : 0;
  return port < 65536 ? port : 0;
}

/** The directories of all volumes: vols/VOLUME, and snaps/SNAPSHOT/VOLUME. */
function volumeDirectories(state: string): string[] {
  const volumes = entries(join(state, 'vols')).map((name) => join(state, 'vols', name));
  const snaps = entries(join(state, 'snaps')).flatMap((snap) =>
    entries(join(state, 'snaps', snap)).map((name) => join(state, 'snaps', snap, name)),
  );
  return [...volumes, ...snaps];
}

function addressesOf(host: string, live: boolean): string[] | undefined {
  const literal = isIP(host) === 0 ? [] : [host];
  // In a capture file from elsewhere, a host's name does not give its address.
  if (!live) return literal.length > 0 ? literal : undefined;
  const own = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  return [...literal, ...own];
}

/** @param live the packets are captured on this host */
export function readBricks(state: string, live: boolean): KnownBrick[] {
  const bricks: KnownBrick[] = [];
  for (const directory of volumeDirectories(state)) {
    for (const name of entries(join(directory, 'bricks'))) {
      const keys = readKeys(join(directory, 'bricks', name));
      const port = parsePort(keys.get('listen-port'));
      const path = keys.get('path') ?? '';
      const host = keys.get('hostname') ?? '';
      if (port === 0 || path === '' || host === '') continue;
      if (bricks.length === MAX_BRICKS) return bricks;
      bricks.push({ port, volume: basename(directory), path, host, addresses: addressesOf(host, live) });
    }
  }
  return bricks;
}
