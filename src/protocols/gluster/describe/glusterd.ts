/**
 * An administrator's command on its way: the parts that describe requests of the gluster command, of a transaction
 * among glusterds, and of glusterd to a brick. Operation, volume, settings and the transaction's id stand under the
 * same names on all of these lines, so that one search finds all lines of a command.
 */

import { displayName, stripControls } from '../../../records/phrases.js';
import type { Json } from '../../../records/record.js';
import type { Fields } from '../../rpc/describer.js';
import { int, type Names, string, uuid_words } from '../../rpc/xdr/types.js';
import { glusterdOp } from '../enums/glusterd.js';
import type { GlusterSection } from '../fields.js';
import { entry, gfid, numberEntry, put, text, uuidEntry } from '../values.js';
import { type CommandOperation, operationOf, phraseOf } from './operations.js';
import { pairs, resultPart, subjectPart } from './part.js';
import { HIDDEN_VALUE, withoutSecrets } from './secrets.js';
import { settingsOf } from './settings.js';

/** Characters of a command that a line keeps, and that its sentence shows. */
const COMMAND_LIMIT = 1024;
const SHOWN_COMMAND = 160;
/** Characters of a reason in a sentence. */
const SHOWN_REASON = 240;
/** Settings that a sentence names. */
const SHOWN_SETTINGS = 3;

/** Stand for every volume, or for none: no volume may have such a name (cli_cmd_volume_create_parse()). */
const NO_VOLUME: ReadonlySet<string> = new Set(['all', 'help']);

/**
 * What a transaction is about, and what it sets (settings.ts). Some of these dictionaries hold all that a transaction
 * has gathered from all bricks, or all volumes with their options. Not read: the internal user name and password of a
 * volume (internal-username, internal-password of glusterd-volume-ops.c).
 */
const TRANSACTION = pairs(
  `volname cmd-str transaction_id originator_uuid sync-mgmt-operation hostname brick-name
   snapname volcount heal-op rebalance-command type key value subop op_name op_value path hard-limit soft-limit
   snap-max-hard-limit snap-max-soft-limit auto-delete snap-activate-on-create barrier
   scrub-throttle-value scrub-frequency-value scrub-value expiry-time signer-threads`,
  /^(?:(?:key|value)\d{1,3}|volname1)$/,
);

function putVolume(volname: string | undefined, dict: Json | undefined, out: GlusterSection): void {
  // A snapshot may be of several volumes: volname1, volname2, ...
  const onlyVolume = numberEntry(dict, 'volcount') === 1 ? entry(dict, 'volname1') : undefined;
  const volume = text(volname) ?? entry(dict, 'volname') ?? onlyVolume;
  if (volume !== undefined && !NO_VOLUME.has(volume)) out.volume = volume;
}

function putSettings(dict: Json | undefined, out: GlusterSection): void {
  const settings = settingsOf(text(out.operation), dict);
  if (settings === undefined) return;
  out.keys = settings.keys;
  if (settings.more > 0) out.keys_more = settings.more;
}

export function putCommand(dict: Json | undefined, out: GlusterSection): void {
  const command = entry(dict, 'cmd-str');
  if (command !== undefined) out.command = withoutSecrets(command.slice(0, COMMAND_LIMIT));
}

/** glusterd_op_t in a dictionary: gd_sync_task_begin() puts it there for all phases. */
function operationIn(dict: Json | undefined): string | undefined {
  const number = numberEntry(dict, 'sync-mgmt-operation');
  const name = number === undefined || number === 0 ? undefined : glusterdOp.of(number);
  return typeof name === 'string' ? name : undefined;
}

/** The name of a request's operation; 0 is none. */
function operationName(names: Names, op: number | undefined): string | undefined {
  const name = typeof op === 'number' && op !== 0 ? names.of(op) : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The operation of a command or transaction in words, as far as the line's fields name it. */
export function operationPhrase(fields: GlusterSection): string {
  const command = text(fields.command);
  if (command !== undefined) {
    const shown = command.length > SHOWN_COMMAND ? `${command.slice(0, SHOWN_COMMAND)}...` : command;
    return `"${stripControls(shown)}"`;
  }
  const words: string[] = [];
  const operation = text(fields.operation);
  if (operation !== undefined) words.push(phraseOf(operation));
  for (const name of [fields.volume, fields.snapshot])
    if (typeof name === 'string') words.push(displayName(name));
  if (Array.isArray(fields.keys)) {
    words.push(...fields.keys.slice(0, SHOWN_SETTINGS).map(displayName));
    const more = fields.keys.length - SHOWN_SETTINGS + Number(fields.keys_more ?? 0);
    if (more > 0) words.push(`and ${more} more`);
  }
  return words.join(' ');
}

/** The first characters of a transaction's id: enough to tell two apart by eye. */
export function shortId(id: unknown): string {
  return typeof id === 'string' ? id.slice(0, 8) : '';
}

const STEP_FIELDS = { uuid: uuid_words, txn_id: uuid_words, op: int, dict: TRANSACTION, buf: TRANSACTION };

/**
 * A request of a transaction. Its words come from gluster/cluster/transaction-trace.ts, which knows the other requests
 * of the transaction.
 */
export const transactionStep = (names: Names) =>
  subjectPart(STEP_FIELDS, (request, out) => {
    const dict = request.dict ?? request.buf;
    put(out, 'operation', operationName(names, request.op) ?? operationIn(dict));
    putVolume(undefined, dict, out);
    put(out, 'snapshot', entry(dict, 'snapname'));
    putCommand(dict, out);
    putSettings(dict, out);
    // glusterd_mgmt_v3_initiate_all_phases() has no id: it is zero then, which is none.
    put(out, 'transaction', gfid(request.txn_id) ?? uuidEntry(dict, 'transaction_id'));
    put(out, 'peer_uuid', gfid(request.uuid) ?? uuidEntry(dict, 'originator_uuid'));
    return '';
  });

const COMMAND_FIELDS = { hostname: string, volname: string, dict: TRANSACTION };

/** A command as the administrator typed it. `operation`: what it leads to; undefined: nothing, or it is not known. */
export const typedCommand = (operation?: CommandOperation) =>
  subjectPart(COMMAND_FIELDS, (request, out) => {
    const { dict } = request;
    if (operation !== undefined) out.operation = operationOf(operation, (key) => numberEntry(dict, key));
    putVolume(request.volname, dict, out);
    put(out, 'snapshot', entry(dict, 'snapname'));
    putCommand(dict, out);
    putSettings(dict, out);
    const host = text(request.hostname) ?? entry(dict, 'hostname');
    put(out, 'peer', host);
    if (out.command !== undefined) return operationPhrase(out);
    // The procedure has the operation's name.
    const phrase = operationPhrase({ ...out, operation: undefined });
    return phrase === '' && host !== undefined ? displayName(host) : phrase;
  });

const BRICK_FIELDS = { name: string, op: int, input: TRANSACTION };

/** A request to a brick: the brick, and the command behind it. The operation repeats the procedure. */
export const brickRequest = (names: Names) =>
  subjectPart(BRICK_FIELDS, (request, out) => {
    const { input } = request;
    put(out, 'operation', operationName(names, request.op));
    const path = text(request.name) ?? entry(input, 'brick-name');
    put(out, 'brick', path);
    putVolume(undefined, input, out);
    putCommand(input, out);
    put(out, 'transaction', uuidEntry(input, 'transaction_id'));
    put(out, 'peer_uuid', uuidEntry(input, 'originator_uuid'));
    const phrase = out.command === undefined ? '' : `for ${operationPhrase(out)}`;
    return [path === undefined ? '' : displayName(path), phrase].filter((words) => words !== '').join(' ');
  });

/** What putTransaction() reads of a reply. */
export const TRANSACTION_REPLY = { dict: TRANSACTION };

/** The reply to a command names the transaction that it led to: its dictionary is the transaction's. */
export function putTransaction(response: Fields | undefined, out: GlusterSection): void {
  const dict = response?.dict;
  put(out, 'operation', operationIn(dict));
  put(out, 'transaction', uuidEntry(dict, 'transaction_id'));
  put(out, 'peer_uuid', uuidEntry(dict, 'originator_uuid'));
}

/** A reason as a sentence shows it: longer than a name, since the line is read for it. */
export function shownReason(why: string): string {
  const words = why.length > SHOWN_REASON ? `${why.slice(0, SHOWN_REASON)}...` : why;
  return stripControls(words.trim().replace(/\s*\n\s*/g, ' '));
}

/** A success may carry a message: `All unprotected fields were reset`. */
export const statusMessage = resultPart({ op_errstr: string }, (response, out) => {
  let words = text(response.op_errstr);
  if (words === undefined) return undefined;
  // It may repeat a secret value.
  if (Array.isArray(out.keys) && out.keys.some((key) => String(key).endsWith(HIDDEN_VALUE)))
    words = HIDDEN_VALUE;
  out.op_errstr = words;
  return `ok: ${shownReason(words)}`;
});
