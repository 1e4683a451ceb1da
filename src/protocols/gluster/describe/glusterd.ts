/**
 * An administrator's command on its way: what a request of the command, of a transaction among glusterds, or of
 * glusterd to a brick says of it. Operation, volume, settings and the transaction's id stand under the same names
 * on all of these lines, so that one search finds the story.
 */
import { displayName, stripControls } from '../../../records/phrases.js';
import type { Fields } from '../../rpc/describer.js';
import type { Names } from '../../rpc/xdr/types.js';
import { glusterdOp } from '../enums/glusterd.js';
import { operationOf, phraseOf } from './operations.js';
import type { SubjectPart } from './parts.js';
import type { ResultPart } from './results.js';
import { Hidden, withoutSecrets } from './secrets.js';
import { settingsOf } from './settings.js';
import { entry, gfid, numberEntry, put, text, uuidEntry } from './values.js';

/** Characters of a command that a line keeps, and that its sentence shows. */
const CommandLimit = 1024;
const ShownCommand = 160;
/** Characters of a reason in a sentence. */
const ShownReason = 240;
/** Settings that a sentence names. */
const ShownSettings = 3;

/** What stands for every volume, or for none: no volume may have such a name (cli_cmd_volume_create_parse()). */
const NoVolume: ReadonlySet<string> = new Set(['all', 'help']);

function putVolume(request: Fields, dict: Fields['dict'], out: Fields): void {
  // A snapshot may be of several volumes: volname1, volname2, ...
  const one = numberEntry(dict, 'volcount') === 1 ? entry(dict, 'volname1') : undefined;
  const volume = text(request.volname) ?? text(request.old_volname) ?? entry(dict, 'volname') ?? one;
  if (volume !== undefined && !NoVolume.has(volume)) out.volume = volume;
}

function putSettings(dict: Fields['dict'], out: Fields): void {
  const settings = settingsOf(text(out.operation), dict);
  if (settings === undefined) return;
  out.keys = settings.keys;
  if (settings.more > 0) out.keys_more = settings.more;
}

export function putCommand(dict: Fields['dict'], out: Fields): void {
  const command = entry(dict, 'cmd-str');
  if (command !== undefined) out.command = withoutSecrets(command.slice(0, CommandLimit));
}

/** glusterd_op_t in a dictionary: gd_sync_task_begin() puts it there for all phases. */
function operationIn(dict: Fields['dict']): string | undefined {
  const number = numberEntry(dict, 'sync-mgmt-operation');
  const name = number === undefined || number === 0 ? undefined : glusterdOp.of(number);
  return typeof name === 'string' ? name : undefined;
}

/** What the operation of the command or of the transaction is, in as many words as are known. */
export function aboutOf(fields: Fields): string {
  const command = text(fields.command);
  if (command !== undefined) {
    const shown = command.length > ShownCommand ? `${command.slice(0, ShownCommand)}...` : command;
    return `"${stripControls(shown)}"`;
  }
  const words: string[] = [];
  const operation = text(fields.operation);
  if (operation !== undefined) words.push(phraseOf(operation));
  for (const name of [fields.volume, fields.snapshot])
    if (typeof name === 'string') words.push(displayName(name));
  if (Array.isArray(fields.keys)) {
    words.push(...fields.keys.slice(0, ShownSettings).map(displayName));
    const more = fields.keys.length - ShownSettings + Number(fields.keys_more ?? 0);
    if (more > 0) words.push(`and ${more} more`);
  }
  return words.join(' ');
}

/** The first characters of a transaction's id: enough to tell two apart by eye. */
export function shortId(id: unknown): string {
  return typeof id === 'string' ? id.slice(0, 8) : '';
}

/** A request of a transaction. Its words come when it is known what the others said: gluster/cluster/transaction-trace.ts. */
export const phase =
  (names: Names): SubjectPart =>
  (request, out) => {
    const dict = request.dict ?? request.buf;
    const name = typeof request.op === 'number' && request.op !== 0 ? names.of(request.op) : undefined;
    put(out, 'operation', typeof name === 'string' ? name : operationIn(dict));
    putVolume(request, dict, out);
    put(out, 'snapshot', entry(dict, 'snapname'));
    putCommand(dict, out);
    putSettings(dict, out);
    // glusterd_mgmt_v3_initiate_all_phases() has no id: it is zero then, which is none.
    put(out, 'transaction', gfid(request.txn_id) ?? uuidEntry(dict, 'transaction_id'));
    put(out, 'peer_uuid', gfid(request.uuid) ?? uuidEntry(dict, 'originator_uuid'));
    return '';
  };

/** What somebody typed. */
export const commanded =
  (procedure: string): SubjectPart =>
  (request, out) => {
    const { dict } = request;
    put(
      out,
      'operation',
      operationOf(procedure, (key) => numberEntry(dict, key)),
    );
    putVolume(request, dict, out);
    put(out, 'snapshot', entry(dict, 'snapname'));
    putCommand(dict, out);
    putSettings(dict, out);
    const host = text(request.hostname) ?? entry(dict, 'hostname');
    put(out, 'peer', host);
    if (out.command !== undefined) return aboutOf(out);
    // The procedure has the operation's name.
    const about = aboutOf({ ...out, operation: undefined });
    return about === '' && host !== undefined ? displayName(host) : about;
  };

/** The brick and what for; the operation is the procedure once more. */
export const onBrick =
  (names: Names): SubjectPart =>
  (request, out) => {
    const { input } = request;
    const name = typeof request.op === 'number' && request.op !== 0 ? names.of(request.op) : undefined;
    if (typeof name === 'string') out.operation = name;
    const path = text(request.name) ?? entry(input, 'brick-name');
    put(out, 'brick', path);
    putVolume(request, input, out);
    putCommand(input, out);
    put(out, 'transaction', uuidEntry(input, 'transaction_id'));
    put(out, 'peer_uuid', uuidEntry(input, 'originator_uuid'));
    const about = out.command === undefined ? '' : `for ${aboutOf(out)}`;
    return [path === undefined ? '' : displayName(path), about].filter((words) => words !== '').join(' ');
  };

/** What the answer to a command tells of the transaction that it led to: its dictionary is the transaction's. */
export function putTransaction(response: Fields | undefined, out: Fields): void {
  const dict = response?.dict;
  put(out, 'operation', operationIn(dict));
  put(out, 'transaction', uuidEntry(dict, 'transaction_id'));
  put(out, 'peer_uuid', uuidEntry(dict, 'originator_uuid'));
}

/** A reason as a sentence shows it: longer than a name, since it is what the line is read for. */
export function shownReason(why: string): string {
  const words = why.length > ShownReason ? `${why.slice(0, ShownReason)}...` : why;
  return stripControls(words.trim().replace(/\s*\n\s*/g, ' '));
}

/** A success may come with a word: `All unprotected fields were reset`. */
export const said: ResultPart = (response, out) => {
  let words = text(response.op_errstr);
  if (words === undefined) return undefined;
  // It may repeat what is kept back.
  if (Array.isArray(out.keys) && out.keys.some((key) => String(key).endsWith(Hidden))) words = Hidden;
  out.op_errstr = words;
  return `ok: ${shownReason(words)}`;
};
