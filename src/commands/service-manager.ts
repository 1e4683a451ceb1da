/** systemd, or who else speaks its language: whether one started this daemon, and what it wants to be told. */
import type { Logger } from 'pino';
import { type Notifier, newNotifier } from '../observe/notifier.js';
import { NotifySocket } from '../output/notify-socket.js';
import { newUnixSocket, SUN_PATH_BYTES } from '../output/sinks/unix-socket.js';

/** What the manager says in the environment. */
export interface Manager {
  /** A path, or `@` and an abstract name. */
  readonly socket: string;
  /** Milliseconds; undefined: it has no watchdog. */
  readonly watchdog: number | undefined;
}

const VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/**
 * Takes the variables out of the environment, so that no program that is started later speaks for the daemon.
 *
 * @returns undefined: nobody wants to be told
 */
export function takeManager(
  environment: NodeJS.ProcessEnv,
  pid: number,
  wrong: (why: string) => void,
): Manager | undefined {
  const [socket = '', usec = '', watched = String(pid)] = VARIABLES.map((name) => environment[name]);
  for (const name of VARIABLES) delete environment[name];
  if (socket === '') return undefined;
  // sd_notify(3) has sockets of virtual machines too (vsock:), which are for their first process.
  if (!/^[/@]./.test(socket) || Buffer.byteLength(socket) >= SUN_PATH_BYTES) {
    wrong(
      `NOTIFY_SOCKET=${socket}: expected a path or an abstract name: the service manager is told nothing`,
    );
    return undefined;
  }
  // sd_watchdog_enabled(3): the variables may be another process's, which started this one.
  if (usec === '' || watched !== String(pid)) return { socket, watchdog: undefined };
  const milliseconds = /^\d{1,15}$/.test(usec) ? Number(usec) / 1000 : 0;
  if (milliseconds > 0) return { socket, watchdog: milliseconds };
  wrong(`WATCHDOG_USEC=${usec}: expected microseconds: the watchdog is not fed`);
  return { socket, watchdog: undefined };
}

/** @param health as it is when it is asked */
export function notifierOf(
  { socket, watchdog }: Manager,
  health: () => readonly string[],
  diagnostics: Logger,
): Notifier {
  const notifySocket = new NotifySocket(newUnixSocket(socket), (error) =>
    diagnostics.warn(`the service manager could not be told: ${error.message}`),
  );
  return newNotifier({ send: (message) => notifySocket.send(message), watchdog, health, diagnostics });
}
