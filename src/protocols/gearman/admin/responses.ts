/** Responses of the text protocol, line by line, as libgearman-server/text.cc prints them. */
import type { Json } from '../../../records/record.js';
import { ascii, text } from '../../text.js';
import { type Fields, integer, putCount, putText } from '../fields.js';
import type { Columns, ResponseForm } from './commands.js';

/** Logged rows of one response, and bytes of their lines. Further rows are only counted. */
const ROWS_LIMIT = 1000;
const ROW_BYTES_LIMIT = 256 * 1024;

/** A response, as far as it was decoded. */
export interface AdminResponse {
  readonly form: ResponseForm;
  started: boolean;
  rows: Json[];
  rowsTotal: number;
  rowBytes: number;
  /** The fields of the record. */
  readonly fields: Fields;
  /** The response is an ERR. */
  failed: boolean;
}

export function newAdminResponse(form: ResponseForm, fields: Fields): AdminResponse {
  return { form, started: false, rows: [], rowsTotal: 0, rowBytes: 0, fields, failed: false };
}

const OK = /^OK(?: |$)/;
const ERR = /^ERR(?: |$)/;
/** A code as gearmand prints it. "ERR function not found" has none. */
const ERROR_CODE = /^[A-Z][A-Z0-9_]*$/;

function startsWith(bytes: Uint8Array, start: number, end: number, pattern: RegExp): boolean {
  return pattern.test(ascii(bytes, start, Math.min(end, start + 4)));
}

function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== 0x20) at++;
  return at;
}

/** "ERR CODE text", with plus signs for blanks, or "ERR text". */
function readError(fields: Fields, bytes: Uint8Array, start: number, end: number): void {
  fields.response = 'ERR';
  const from = Math.min(start + 4, end);
  const stop = wordEnd(bytes, from, end);
  if (stop - from <= 64 && ERROR_CODE.test(ascii(bytes, from, stop))) {
    fields.error_code = ascii(bytes, from, stop);
    if (stop < end) putText(fields, 'error_text', bytes, stop + 1, end, end - stop - 1);
  } else if (from < end) putText(fields, 'error_text', bytes, from, end, end - from);
}

function readLine(response: AdminResponse, bytes: Uint8Array, start: number, end: number): void {
  const { fields, form } = response;
  if (startsWith(bytes, start, end, ERR)) {
    response.failed = true;
    readError(fields, bytes, start, end);
    return;
  }
  let from = start;
  if (startsWith(bytes, start, end, OK)) {
    fields.response = 'OK';
    from = Math.min(start + 3, end);
  }
  const name = form.kind === 'line' && form.value !== undefined ? form.value : 'text';
  if (name === 'pid') putCount(fields, name, bytes, from, end, end - from);
  else if (from < end) putText(fields, name, bytes, from, end, end - from);
}

/** Split from the right, since a function's name may hold tabs. */
function columnsRow(columns: Columns, bytes: Uint8Array, start: number, end: number): Fields | undefined {
  const ends: number[] = [];
  let stop = end;
  for (let i = columns.length - 1; i > 0; i--) {
    let tab = stop - 1;
    while (tab >= start && bytes[tab] !== 0x09) tab--;
    if (tab < start || integer(bytes, tab + 1, stop) === undefined) return undefined;
    ends.push(stop);
    stop = tab;
  }
  const row: Fields = {};
  putText(row, columns[0], bytes, start, stop, stop - start);
  for (let i = 1; i < columns.length; i++) {
    const columnEnd = ends[columns.length - 1 - i];
    putCount(row, columns[i], bytes, stop + 1, columnEnd, columnEnd - stop - 1);
    stop = columnEnd;
  }
  return row;
}

/**
 * "FD IP CLIENT-ID : FUNCTION ...". The id may contain blanks. So may a function, which then looks like two.
 */
function workersRow(bytes: Uint8Array, start: number, end: number): Fields | undefined {
  const fdEnd = wordEnd(bytes, start, end);
  const fd = integer(bytes, start, fdEnd);
  const ipEnd = wordEnd(bytes, fdEnd + 1, end);
  if (fd === undefined || ipEnd >= end) return undefined;
  let colon = ipEnd;
  while (colon + 1 < end) {
    const separates = bytes[colon] === 0x20 && bytes[colon + 1] === 0x3a;
    if (separates && (colon + 2 === end || bytes[colon + 2] === 0x20)) break;
    colon++;
  }
  if (colon + 1 >= end) return undefined;
  const row: Fields = { fd };
  putText(row, 'ip', bytes, fdEnd + 1, ipEnd, ipEnd - fdEnd - 1);
  // An empty id leaves two blanks.
  const idStart = Math.min(ipEnd + 1, colon);
  putText(row, 'client_id', bytes, idStart, colon, colon - idStart);
  const functions = colon + 3;
  row.functions = functions < end ? text(bytes, functions, end).split(' ') : [];
  return row;
}

/** One row; its text as sent if it lacks the expected form (a name may contain a newline). */
function readRow(form: ResponseForm, bytes: Uint8Array, start: number, end: number): Json {
  let row: Fields | undefined;
  if (form.kind === 'columns') row = columnsRow(form.columns, bytes, start, end);
  else if (form.kind === 'workers') row = workersRow(bytes, start, end);
  if (row === undefined) {
    row = {};
    putText(row, 'text', bytes, start, end, end - start);
    if (form.kind === 'names' || form.kind === 'any') return String(row.text);
  }
  return row;
}

function hasRows(form: ResponseForm): boolean {
  return form.kind !== 'line';
}

/** The field of the rows. */
function rowsName(form: ResponseForm): string {
  if (form.kind === 'names') return form.name;
  return form.kind === 'any' ? 'lines' : 'rows';
}

/** Takes one line, without its line end. Returns whether it completes the response. */
export function takeLine(response: AdminResponse, bytes: Uint8Array, start: number, end: number): boolean {
  const { form } = response;
  const first = !response.started;
  response.started = true;
  if (!hasRows(form)) {
    readLine(response, bytes, start, end);
    return true;
  }
  if (end - start === 1 && bytes[start] === 0x2e) return true;
  // A server that does not accept the command or its arguments answers with one line.
  const error = startsWith(bytes, start, end, ERR) && ascii(bytes, start, end).indexOf('\t') < 0;
  if (first && (error || (form.kind === 'any' && startsWith(bytes, start, end, OK)))) {
    readLine(response, bytes, start, end);
    return true;
  }
  response.rowsTotal += 1;
  response.rowBytes += end - start;
  if (response.rows.length < ROWS_LIMIT && response.rowBytes <= ROW_BYTES_LIMIT) {
    response.rows.push(readRow(form, bytes, start, end));
  }
  return false;
}

/** Adds the rows to the fields, once, at the end. The number of rows of an incomplete response is not known. */
export function endResponse(response: AdminResponse, complete: boolean): void {
  const { form, fields } = response;
  if (!response.started || fields.response !== undefined || !hasRows(form)) return;
  fields[rowsName(form)] = response.rows;
  if (complete || response.rows.length < response.rowsTotal) fields.rows_total = response.rowsTotal;
}

/** Whether a line may be a server's response to an unknown command: OK, ERR, a dot, or a row of numbers. */
export function isPlausibleResponse(bytes: Uint8Array, start: number, end: number): boolean {
  if (startsWith(bytes, start, end, OK) || startsWith(bytes, start, end, ERR)) return true;
  if (end - start === 1 && bytes[start] === 0x2e) return true;
  return (
    columnsRow(['name', 'a', 'b', 'c'], bytes, start, end) !== undefined ||
    workersRow(bytes, start, end) !== undefined
  );
}
