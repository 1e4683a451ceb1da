/** What the daemon may do: said and restricted before any thread is started. */
import type { UserIds } from '../capture/privileges.js';
import { invalidValue, single } from '../config/option-values.js';
import type { Arguments } from '../config/origin.js';

/** Files that it creates are its own's and its group's to read: 0640 where 0666 was asked for. */
const UMASK = 0o027;

/** koffi is loaded only where it is needed: where it can't be, the engine cap still works. */
type Privileges = typeof import('../capture/privileges.js');

async function load(): Promise<Privileges | string> {
  try {
    return await import('../capture/privileges.js');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whom `user` names; undefined: nobody. @throws UserError */
export async function userOf(args: Arguments): Promise<UserIds | undefined> {
  const name = single(args, 'user');
  if (name === undefined) return undefined;
  const privileges = await load();
  if (typeof privileges === 'string') {
    throw invalidValue(
      args,
      'user',
      name,
      `to be started as that user, since koffi can't be loaded: ${privileges}`,
    );
  }
  const user = privileges.lookUpUser(name);
  if (user === undefined) throw invalidValue(args, 'user', name, 'the name or number of a user');
  if (user.uid === 0) throw invalidValue(args, 'user', name, 'another user than root');
  return user;
}

/** @returns whom the process becomes once the capture is open; undefined: it stays who it is */
export async function restrictPrivileges(args: Arguments): Promise<UserIds | undefined> {
  const engine = single(args, 'engine');
  const user = await userOf(args);
  const uid = process.geteuid?.();
  if (user !== undefined && uid !== 0 && uid !== user.uid) {
    throw invalidValue(args, 'user', user.name, 'to be started as root, or as that user');
  }
  process.umask(UMASK);
  const privileges = await load();
  if (typeof privileges !== 'string') {
    privileges.setNoNewPrivileges();
    if (user !== undefined) privileges.limitBoundingSet(engine === 'cap');
  }
  return user;
}
