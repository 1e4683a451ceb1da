/** Restricts the daemon's privileges before any thread is started. */
import type { UserIds } from '../capture/privileges.js';
import { invalidValue, single } from '../config/option-values.js';
import type { Arguments } from '../config/origin.js';

/** Files are created with mode 0640 where 0666 is requested. */
const UMASK = 0o027;

type Privileges = typeof import('../capture/privileges.js');

/** Loaded only when needed: the engine cap works without koffi. @returns the module, or why it can't be loaded */
async function loadPrivileges(): Promise<Privileges | string> {
  try {
    return await import('../capture/privileges.js');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The user of the setting `user`, if it is set. @throws UserError */
export async function resolveUser(args: Arguments): Promise<UserIds | undefined> {
  const name = single(args, 'user');
  if (name === undefined) return undefined;
  const privileges = await loadPrivileges();
  if (typeof privileges === 'string') {
    throw invalidValue(
      args,
      'user',
      name,
      `wiretail to be started as that user, since koffi can't be loaded: ${privileges}`,
    );
  }
  const user = privileges.lookUpUser(name);
  if (user === undefined) throw invalidValue(args, 'user', name, 'the name or number of a user');
  if (user.uid === 0) throw invalidValue(args, 'user', name, 'a user other than root');
  return user;
}

/** @returns the user to switch to once the capture is open; undefined: no switch @throws UserError */
export async function restrictPrivileges(args: Arguments): Promise<UserIds | undefined> {
  const engine = single(args, 'engine');
  const user = await resolveUser(args);
  const uid = process.geteuid?.();
  if (user !== undefined && uid !== 0 && uid !== user.uid) {
    throw invalidValue(args, 'user', user.name, 'wiretail to be started as root or as that user');
  }
  process.umask(UMASK);
  const privileges = await loadPrivileges();
  if (typeof privileges !== 'string') {
    privileges.setNoNewPrivileges();
    if (user !== undefined) privileges.limitBoundingSet(engine === 'cap');
  }
  return user;
}
