/** The sentences of records about packets and text commands. */
import { displayName, formatByteCount, formatDuration } from '../../records/phrases.js';
import type { Fields } from './fields.js';

function argumentsText(fields: Fields): string {
  let words = '';
  if (fields.handle !== undefined) words += ` ${displayName(fields.handle)}`;
  if (fields.function !== undefined) words += ` ${displayName(fields.function)}`;
  if (fields.option !== undefined) words += ` ${displayName(fields.option)}`;
  if (fields.client_id !== undefined) words += ` ${displayName(fields.client_id)}`;
  const unique = fields.unique_id;
  if (unique !== undefined && unique !== '') {
    words += words === '' ? ` unique ${displayName(unique)}` : ` (unique ${displayName(unique)})`;
  }
  if (fields.reducer !== undefined) words += `, reducer ${displayName(fields.reducer)}`;
  if (fields.known !== undefined) words += fields.known === 1 ? ' known' : ' unknown';
  if (fields.running === 1) words += ' running';
  if (fields.numerator !== undefined) {
    words += ` ${displayName(fields.numerator)}/${displayName(fields.denominator ?? '?')}`;
  }
  if (fields.client_count !== undefined) words += `, clients ${displayName(fields.client_count)}`;
  if (fields.timeout !== undefined) words += `, timeout ${displayName(fields.timeout)}`;
  if (fields.epoch !== undefined) words += `, epoch ${displayName(fields.epoch)}`;
  if (fields.error_code !== undefined) words += ` ${displayName(fields.error_code)}`;
  if (fields.error_text !== undefined) words += `: ${displayName(fields.error_text)}`;
  return words;
}

/** `SUBMIT_JOB reverse (unique u1), 4 bytes`; `JOB_CREATED H:lap:1 in 0.36 ms`. */
export function packetSentence(name: string, fields: Fields, duration: number): string {
  let sentence = name === 'UNKNOWN' ? `unknown type ${fields.type_id}` : name;
  sentence += argumentsText(fields);
  const payload = fields.payload_bytes;
  if (typeof payload === 'number') sentence += `, ${formatByteCount(payload)}`;
  if (duration >= 0) sentence += ` in ${formatDuration(duration)}`;
  return sentence;
}

/** `status: 3 functions in 0.2 ms`; `maxqueue f1 10: OK in 0.1 ms`; `cancel job H:x:1: ERR UNKNOWN_JOB`. */
export function adminSentence(
  fields: Fields,
  rows: string | undefined,
  duration: number | undefined,
  answered: boolean,
): string {
  let sentence =
    fields.command === undefined ? 'response to a command not seen' : displayName(fields.command);
  const args = fields.arguments;
  if (Array.isArray(args) && args.length > 0) sentence += ` ${displayName(args.join(' '))}`;
  if (sentence === '') sentence = 'an empty command';
  const list = fields.rows ?? fields.lines ?? fields.unique_ids;
  const count = fields.rows_total ?? (Array.isArray(list) ? list.length : undefined);
  const value = fields.version ?? fields.verbose ?? fields.pid ?? fields.text;
  if (count !== undefined)
    sentence += `: ${count} ${count === 1 ? (rows ?? 'lines').slice(0, -1) : (rows ?? 'lines')}`;
  else if (fields.response === 'ERR') {
    const code = fields.error_code;
    sentence += `: ERR ${displayName(code ?? fields.error_text ?? '')}`.trimEnd();
  } else if (value !== undefined) sentence += `: ${displayName(value)}`;
  else if (fields.response !== undefined) sentence += `: ${fields.response}`;
  if (!answered) sentence += count === undefined ? ': no response seen' : ', truncated';
  if (duration !== undefined) sentence += ` in ${formatDuration(duration)}`;
  return sentence;
}
