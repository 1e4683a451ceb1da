/**
 * Parts for the requests that carry out an administrator's command: from the gluster command to glusterd, between
 * glusterds (a transaction), and from glusterd to a brick. Operation, volume, settings and transaction id have the same
 * field names on all of these lines, so that one search finds all lines of a command.
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

/** Characters of a command in the field, and in the sentence. */
const MAX_COMMAND_LENGTH = 1024;
const SHOWN_COMMAND_LENGTH = 160;
/** Characters of a reason in a sentence. */
const SHOWN_REASON_LENGTH = 240;
/** Settings in a sentence. */
const SHOWN_SETTINGS = 3;

/** Placeholders for all volumes, or none: no volume may have these names (cli_cmd_volume_create_parse()). */
const NO_VOLUME: ReadonlySet<string> = new Set(['all', 'help']);

/**
 * The subject of a transaction and its settings (settings.ts). Other keys are skipped: some dictionaries hold the results
 * from all bricks, or all volumes with their options, and internal-username and internal-password of a volume are secret
 * (glusterd-volume-ops.c).
 */
const TRANSACTION = pairs(
  `volname cmd-str transaction_id originator_uuid sync-mgmt-operation hostname brick-name
   snapname volcount heal-op rebalance-command type key value subop op_name op_value path hard-limit soft-limit
   snap-max-hard-limit snap-max-soft-limit auto-delete snap-activate-on-create barrier
   scrub-throttle-value scrub-frequency-value scrub-value expiry-time signer-threads`,
  /^(?:(?:key|value)\d{1,3}|volname1)$/,
);

function putVolume(volname: string | undefined, dict: Json | undefined, out: GlusterSection): void {
  // A snapshot may contain several volumes: volname1, volname2, ...
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
  if (command !== undefined) out.command = withoutSecrets(command.slice(0, MAX_COMMAND_LENGTH));
}

/** glusterd_op_t in a dictionary: gd_sync_task_begin() adds it for all phases. */
function operationIn(dict: Json | undefined): string | undefined {
  const number = numberEntry(dict, 'sync-mgmt-operation');
  const name = number === undefined || number === 0 ? undefined : glusterdOp.of(number);
  return typeof name === 'string' ? name : undefined;
}

/** The name of a request's operation; 0 means none. */
function operationName(names: Names, op: number | undefined): string | undefined {
  const name = typeof op === 'number' && op !== 0 ? names.of(op) : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The command, or the operation with its volume, snapshot and settings, from the fields of the line. */
export function operationPhrase(fields: GlusterSection): string {
  const command = text(fields.command);
  if (command !== undefined) {
    const shown =
      command.length > SHOWN_COMMAND_LENGTH ? `${command.slice(0, SHOWN_COMMAND_LENGTH)}...` : command;
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

/** The first characters of a uuid, enough to distinguish two by eye. */
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
    // glusterd_mgmt_v3_initiate_all_phases() sends the null uuid: no id.
    put(out, 'transaction', gfid(request.txn_id) ?? uuidEntry(dict, 'transaction_id'));
    put(out, 'peer_uuid', gfid(request.uuid) ?? uuidEntry(dict, 'originator_uuid'));
    return '';
  });

const COMMAND_FIELDS = { hostname: string, volname: string, dict: TRANSACTION };

/** A command as the administrator typed it. `operation`: glusterd's operation; undefined: none, or unknown. */
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
    // The name of the procedure already names the operation.
    const phrase = operationPhrase({ ...out, operation: undefined });
    return phrase === '' && host !== undefined ? displayName(host) : phrase;
  });

const BRICK_FIELDS = { name: string, op: int, input: TRANSACTION };

/** A request to a brick, with the command that caused it. The operation repeats the procedure. */
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

/** The fields of a reply that putTransaction() reads. */
export const TRANSACTION_REPLY = { dict: TRANSACTION };

/** Puts the transaction of a command into the line: the reply carries the dictionary of the transaction. */
export function putTransaction(response: Fields | undefined, out: GlusterSection): void {
  const dict = response?.dict;
  put(out, 'operation', operationIn(dict));
  put(out, 'transaction', uuidEntry(dict, 'transaction_id'));
  put(out, 'peer_uuid', uuidEntry(dict, 'originator_uuid'));
}

/** A reason for a sentence, on one line. It may be longer than a name: it is the point of the line. */
export function shownReason(why: string): string {
  const words = why.length > SHOWN_REASON_LENGTH ? `${why.slice(0, SHOWN_REASON_LENGTH)}...` : why;
  return stripControls(words.trim().replace(/\s*\n\s*/g, ' '));
}

/** A success may carry a message: `All unprotected fields were reset`. */
export const statusMessage = resultPart({ op_errstr: string }, (response, out) => {
  let words = text(response.op_errstr);
  if (words === undefined) return undefined;
  // The message may repeat a secret value.
  if (Array.isArray(out.keys) && out.keys.some((key) => String(key).endsWith(HIDDEN_VALUE)))
    words = HIDDEN_VALUE;
  out.op_errstr = words;
  return `ok: ${shownReason(words)}`;
});
