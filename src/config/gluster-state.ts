/**
 * The bricks of this host by the ports that they listen on, out of glusterd's own files: a line key=value each in
 * vols/VOLUME/bricks/*, and the same below snaps/ (glusterd_store_brickinfo_write() of glusterd-store.c). Only
 * a host's own bricks have a port there.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { basename, join } from 'node:path';
import type { KnownBrick } from '../protocols/protocol.js';

/** More bricks than a host has. */
const BricksLimit = 4096;
/** More bytes than glusterd writes of a brick: it has five times PATH_MAX for them. */
const FileLimit = 64 << 10;

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Not a Gluster node, or not for us to read: then the connections have to say it themselves.
    return [];
  }
}

function keysOf(file: string): Map<string, string> {
  try {
    // What is no file may never end.
    const is = lstatSync(file);
    if (!is.isFile() || is.size > FileLimit) return new Map();
    const lines = readFileSync(file, 'utf8').split('\n');
    return new Map(lines.map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]));
  } catch {
    return new Map();
  }
}

/** 0: it has none. */
function portOf(value: string | undefined): number {
  const port = /^\d{1,5}$/.test(value ?? '') ? Number(value) : 0;
  return port < 65536 ? port : 0;
}

/** The directories of volumes: vols/VOLUME, and snaps/SNAPSHOT/VOLUME. */
function volumeDirectories(state: string): string[] {
  const volumes = names(join(state, 'vols')).map((name) => join(state, 'vols', name));
  const snaps = names(join(state, 'snaps')).flatMap((snap) =>
    names(join(state, 'snaps', snap)).map((name) => join(state, 'snaps', snap, name)),
  );
  return [...volumes, ...snaps];
}

function addressesOf(host: string, live: boolean): string[] | undefined {
  const literal = isIP(host) === 0 ? [] : [host];
  // In a file of somebody else's the name of a host says nothing of its address.
  if (!live) return literal.length > 0 ? literal : undefined;
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((one) => one.address));
  return [...literal, ...own];
}

/** @param live the packets are this host's */
export function bricksOf(state: string, live: boolean): KnownBrick[] {
  const bricks: KnownBrick[] = [];
  for (const directory of volumeDirectories(state)) {
    for (const name of names(join(directory, 'bricks'))) {
      const keys = keysOf(join(directory, 'bricks', name));
      const port = portOf(keys.get('listen-port'));
      const path = keys.get('path') ?? '';
      const host = keys.get('hostname') ?? '';
      if (port === 0 || path === '' || host === '') continue;
      if (bricks.length === BricksLimit) return bricks;
      bricks.push({ port, volume: basename(directory), path, host, addresses: addressesOf(host, live) });
    }
  }
  return bricks;
}
