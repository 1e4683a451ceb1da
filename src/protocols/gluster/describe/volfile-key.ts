/** The keys by which clients and daemons ask glusterd for their volfiles. */

/** Prefixes of daemons in a volfile's key: build_volfile_path() of glusterd-handshake.c. */
const DAEMON_PREFIXES = new Set(['shd', 'rebalance', 'snapd', 'gfproxyd', 'gfproxy-client']);

/** GlusterFS allows letters, digits, - and _ (cli_validate_volname()). */
const VOLUME_NAME = /^[\w-]+$/;

/** The volume of a volfile's key: `/vol`, `vol`, `shd/vol`, `vol.host.path-of-brick`; `gluster/quotad` has none. */
export function volumeOfKey(key: string): string | undefined {
  const path = key.startsWith('/') ? key.slice(1) : key;
  const slash = path.indexOf('/');
  if (slash >= 0 && !DAEMON_PREFIXES.has(path.slice(0, slash))) return undefined;
  const [volume] = path.slice(slash + 1).split('.', 1);
  return VOLUME_NAME.test(volume) ? volume : undefined;
}
