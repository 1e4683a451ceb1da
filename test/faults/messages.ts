/** A line as what it says of a message, apart from what depends on which other packets were seen. */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Fields = { [key: string]: Json };

export interface Message {
  /** "SOURCE>DESTINATION", both as ADDRESS:PORT. */
  readonly flow: string;
  /** Of the packet that completed it; of a text command, and of its response. */
  readonly packet: number;
  readonly replyPacket: number;
  /** All that two copies of it must have in common, as text: whoever has the same key is the same. */
  readonly key: string;
  /** The same as fields. */
  readonly fields: Fields;
  /** What it says besides if more of the connection was seen, as text for each. */
  readonly learned: readonly string[];
  /** Paths that it says, which other messages told; those that are marked as old news are left out. */
  readonly paths: readonly string[];
  /** The file that it is about, if it tells of one by its gfid. */
  readonly gfid: string | undefined;
  readonly action: string;
  /** What is known of it as soon as anything is: what it is, and what it is about if that is early in it. */
  readonly tag: string;
  /** A text command, or its response. */
  readonly isText: boolean;
  /** By its own word a part of it was not seen; of a text command, maybe its whole response. */
  readonly cut: boolean;
  readonly truncated: boolean;
  /** Its sender answers something that was not seen, as far as it says. */
  readonly stray: boolean;
}

export interface Anomaly {
  readonly flow: string;
  readonly action: string;
  readonly key: string;
  /** It accuses whoever sent something: it must not come of what the capture lacks. */
  readonly accuses: boolean;
}

export type Read = { readonly message: Message } | { readonly anomaly: Anomaly };

const ACCUSING = new Set(['malformed', 'misdirected', 'differing_retransmission']);

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const child = (fields: Fields, name: string): Fields => {
  const value = fields[name];
  return isFields(value) ? value : {};
};
const end = (value: Fields): string => `${value.ip}:${value.port}`;

/** The same line comes again in most runs. */
const known = new Map<string, Read>();

export function readLine(line: string): Read {
  const before = known.get(line);
  if (before !== undefined) return before;
  const read = parse(line);
  known.set(line, read);
  return read;
}

/** Forgets the lines that were read: they are of no use to another capture. */
export function forgetLines(): void {
  known.clear();
}

function parse(line: string): Read {
  // What a double would round stays text.
  const exact = line.replace(/([:[,])(-?\d{16,})(?=[,}\]])/g, '$1"$2"');
  const {
    event,
    packet = {},
    source,
    destination,
    network,
    wiretail = {},
    message,
    ...rest
  } = JSON.parse(exact);
  const flow = `${end(source ?? {})}>${end(destination ?? {})}`;
  if (event.dataset.startsWith('wiretail.')) {
    const { action } = event;
    const key = `${flow} ${action} ${wiretail.anomaly?.reason ?? ''}`;
    return { anomaly: { flow, action, key, accuses: ACCUSING.has(action) } };
  }
  const { '@timestamp': _time, log: _log, ...sections } = rest as Fields;
  const { outcome, duration: _duration, ...named } = event as Fields;
  const { truncated, ...marks } = wiretail as Fields;
  const isRpc = sections.rpc !== undefined;
  const unanswered = outcome === 'unknown' && !isRpc;
  const learned = outcome === undefined || outcome === 'unknown' ? [] : [`outcome ${outcome}`];
  const stray = isStray(named, sections);
  // What RPC's sentences say, the fields say too, and which of them there are depends on the call.
  const sentence = isRpc ? '' : untimed(message);
  const own = isRpc ? ownFields(sections, learned, truncated === true) : sections;
  const fields = { network, event: named, wiretail: marks, sentence, ...own };
  return {
    message: {
      flow,
      packet: packet.number,
      replyPacket: packet.reply_number ?? 0,
      key: `${flow} ${unanswered ? 'unanswered ' : ''}${truncated ? 'truncated ' : ''}${JSON.stringify(fields)}`,
      fields,
      learned,
      paths: pathsOf(child(sections, 'gluster')),
      gfid: textOf(child(sections, 'gluster').gfid),
      truncated: truncated === true,
      cut: truncated === true || unanswered,
      action: String(named.action),
      tag: `${named.dataset} ${named.action} ${child(sections, 'rpc').xid} ${child(sections, 'gearman').size}`,
      isText: named.dataset === 'gearman.admin',
      stray,
    },
  };
}

/** True of the whole connection, and told from the moment at which it is known. */
const OF_CONNECTION = new Set(['volume', 'brick', 'brick_host', 'client']);
const OF_NAMES = new Set(['path', 'new_path', 'path_before_gap']);

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);

function pathsOf({ path, new_path, path_before_gap }: Fields): string[] {
  return path_before_gap === true ? [] : [path, new_path].filter((value) => typeof value === 'string');
}

/** Whether each path is one of these, or the end of one behind a directory of which no more was known. */
export function arePaths(paths: readonly string[], known: ReadonlySet<string>): boolean {
  return paths.every((path) => {
    if (known.has(path)) return true;
    const end = /^<gfid:[^>]*>(.*)$/s.exec(path)?.[1];
    return end !== undefined && [...known].some((other) => other.endsWith(end));
  });
}

/** What a call asks for; and who is in its way, which other messages told. How long it waits goes with the time. */
function lockOf(lock: Json): { asked: Fields; holders: string[] } {
  const { waited: _waited, held_by, held_by_total: _total, ...asked } = child({ lock }, 'lock');
  const list = Array.isArray(held_by) ? held_by.filter(isFields) : [];
  return { asked, holders: list.map((holder) => `held by ${end(holder)} ${holder.lk_owner}`) };
}

/** What a call or reply holds itself; `learned` gets what wiretail adds from other messages of the connection. */
function ownFields({ rpc, gluster, ...rest }: Fields, learned: string[], truncated: boolean): Fields {
  const { retransmission, ...header } = child({ rpc }, 'rpc');
  if (retransmission !== undefined) learned.push('retransmission');
  if (gluster === undefined) return { rpc: header, ...rest };
  const isReply = header.type === 'reply';
  const own: Fields = {};
  for (const [name, value] of Object.entries(child({ gluster }, 'gluster'))) {
    if (OF_CONNECTION.has(name) || OF_NAMES.has(name)) continue;
    if (name === 'lock') {
      const { asked, holders } = lockOf(value);
      learned.push(...holders);
      if (truncated) continue;
      if (!isReply) own[name] = asked;
      else learned.push(`${name} ${JSON.stringify(asked)}`);
    } else if (/^(request|response|payload.*)$/.test(name)) own[name] = value;
    // What is said in other words of a struct of which a part is missing may lack that part.
    else if (truncated) continue;
    else if (!isReply) own[name] = value;
    else learned.push(`${name} ${JSON.stringify(value)}`);
  }
  return { rpc: header, gluster: own, ...rest };
}

/** A reply's time, which the sentence repeats, is no part of the message. */
function untimed(sentence: string): string {
  return sentence.replace(/ in [\d.]+ (?:ns|us|µs|ms|s)$/, '');
}

function isStray(event: Fields, sections: Fields): boolean {
  if (event.dataset === 'gearman.admin') return event.action === 'response';
  const rpc = child(sections, 'rpc');
  return rpc.type === 'reply' && rpc.program === undefined;
}

/** Whether what a message with missing parts says is in the whole one; 'some': another may say the rest. */
export function isPartOf(part: Message, whole: Message): 'all' | 'some' | 'none' {
  if (part.isText && part.stray) return isResponseOf(part, whole);
  if (part.flow !== whole.flow) return 'none';
  // Most that are none are told from the others by this.
  if (part.tag !== whole.tag && !part.stray) return 'none';
  if (part.stray) return isReplyOf(part, whole) ? 'all' : 'none';
  const { sentence: _sentence, ...fields } = part.fields;
  return contains(whole.fields, fields) ? 'all' : 'none';
}

/** The payload that is logged is cut within, and is text if what there is of it is text. */
function payloadOf({ payload, payload_hex }: Fields): string {
  return typeof payload === 'string' ? Buffer.from(payload).toString('hex') : String(payload_hex ?? '');
}

function contains(whole: Json | undefined, part: Json): boolean {
  if (isFields(part)) {
    if (!isFields(whole) || !payloadOf(whole).startsWith(payloadOf(part))) return false;
    const { payload: _payload, payload_hex: _hex, ...rest } = part;
    return Object.entries(rest).every(([key, value]) => contains(whole[key], value));
  }
  if (Array.isArray(part)) {
    if (!Array.isArray(whole) || part.length > whole.length) return false;
    return part.every((value, i) => contains(whole[i], value));
  }
  return part === whole;
}

/** A reply without its call has the RPC header, and nothing that only the call could tell how to read. */
function isReplyOf(part: Message, whole: Message): boolean {
  if (part.fields.gluster !== undefined) return false;
  const { type, xid, accept_status, reject_status, auth_status, mismatch } = child(part.fields, 'rpc');
  const theirs = child(whole.fields, 'rpc');
  // Most that are none are told by this.
  if (xid !== theirs.xid) return false;
  const said = { type, xid, accept_status, reject_status, auth_status, mismatch };
  const seen = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return contains(theirs, seen as Fields);
}

/** A response of the text protocol whose command was not seen has lines, which nothing tells how to read. */
function isResponseOf(part: Message, whole: Message): 'all' | 'some' | 'none' {
  const [source, destination] = part.flow.split('>');
  if (whole.flow !== `${destination}>${source}` && whole.flow !== part.flow) return 'none';
  const mine = responseLines(part).join('\n');
  const all = responseLines(whole).join('\n');
  if (mine === all) return 'all';
  return `\n${all}\n`.includes(`\n${mine}\n`) ? 'some' : 'none';
}

/** What a text command's response was on the wire, line by line. */
function responseLines(message: Message): string[] {
  const admin = child(child(message.fields, 'gearman'), 'admin');
  const {
    command: _command,
    arguments: _arguments,
    rows,
    lines,
    unique_ids,
    rows_total: _total,
    ...line
  } = admin;
  const list = rows ?? lines ?? unique_ids;
  if (!Array.isArray(list)) return [Object.values(line).join(' ')];
  return list.map((row) => {
    if (!isFields(row)) return String(row);
    const { fd, ip, client_id, functions } = row;
    if (Array.isArray(functions)) return [`${fd} ${ip} ${client_id} :`, ...functions].join(' ');
    return Object.values(row).join('\t');
  });
}
