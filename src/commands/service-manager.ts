/** The service manager (systemd, or another that implements sd_notify(3)) that started the daemon, if one did. */
import type { Logger } from 'pino';
import { Notifier } from '../observe/notifier.js';
import { NotifySocket } from '../output/notify-socket.js';
import { newUnixSocket, SUN_PATH_BYTES } from '../output/sinks/unix-socket.js';

export interface ServiceManager {
  /** A path, or `@` and an abstract name. */
  readonly socket: string;
  /** The watchdog's timeout in milliseconds; undefined: no watchdog. */
  readonly watchdog: number | undefined;
}

const VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/**
 * Reads the service manager's variables and removes them from the environment, so that no program started later can
 * notify in the daemon's name.
 *
 * @param warn takes the reason if a variable is invalid
 * @returns undefined: no service manager expects notifications
 */
export function takeServiceManager(
  environment: NodeJS.ProcessEnv,
  pid: number,
  warn: (reason: string) => void,
): ServiceManager | undefined {
  const [socket = '', usec = '', watchedPid = String(pid)] = VARIABLES.map((name) => environment[name]);
  for (const name of VARIABLES) delete environment[name];
  if (socket === '') return undefined;
  // sd_notify(3) also has sockets of virtual machines (vsock:), which are for the machine's first process.
  if (!/^[/@]./.test(socket) || Buffer.byteLength(socket) >= SUN_PATH_BYTES) {
    warn(`NOTIFY_SOCKET=${socket}: expected a path or an abstract name; the service manager is not notified`);
    return undefined;
  }
  return { socket, watchdog: parseWatchdog(usec, watchedPid === String(pid), warn) };
}

/** @param isOwn false if the variables are another process's, which started this one (sd_watchdog_enabled(3)) */
function parseWatchdog(usec: string, isOwn: boolean, warn: (reason: string) => void): number | undefined {
  if (usec === '' || !isOwn) return undefined;
  const milliseconds = /^\d{1,15}$/.test(usec) ? Number(usec) / 1000 : 0;
  if (milliseconds > 0) return milliseconds;
  warn(`WATCHDOG_USEC=${usec}: expected microseconds; no watchdog pings are sent`);
  return undefined;
}

/** @param health returns the current problems */
export function connectServiceManager(
  { socket, watchdog }: ServiceManager,
  health: () => readonly string[],
  diagnostics: Logger,
): Notifier {
  const notifySocket = new NotifySocket(newUnixSocket(socket), (error) =>
    diagnostics.warn(`notifying the service manager failed: ${error.message}`),
  );
  return new Notifier({ send: (message) => notifySocket.send(message), watchdog, health, diagnostics });
}
