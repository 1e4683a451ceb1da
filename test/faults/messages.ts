/** A line as a message, without what depends on which other packets were captured. */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Fields = { [key: string]: Json };

export interface Message {
  /** "SOURCE>DESTINATION", both as ADDRESS:PORT. */
  readonly flow: string;
  /** The packet that completed it; of a text command, also the packet that completed its response. */
  readonly packet: number;
  readonly replyPacket: number;
  /** What all copies of the message have in common, as text: messages with the same key are the same. */
  readonly key: string;
  /** The same as fields. */
  readonly fields: Fields;
  /** Further facts, known only if more of the connection was captured, each as text. */
  readonly learned: readonly string[];
  /** Paths, which come from other messages; without stale ones. */
  readonly paths: readonly string[];
  /** The gfid of its file. */
  readonly gfid: string | undefined;
  readonly action: string;
  /** What is known of it as soon as anything is. */
  readonly tag: string;
  /** A text command, or its response. */
  readonly isText: boolean;
  /** The line says that a part was not seen; of a text command, perhaps its whole response. */
  readonly cut: boolean;
  readonly truncated: boolean;
  /** An orphan reply or response. */
  readonly isOrphan: boolean;
}

export interface Anomaly {
  readonly flow: string;
  readonly action: string;
  readonly key: string;
  /** It blames the sender: missing packets must not cause it. */
  readonly blamesSender: boolean;
}

export type Read = { readonly message: Message } | { readonly anomaly: Anomaly };

const BLAMING = new Set(['malformed', 'misdirected', 'differing_retransmission']);

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const child = (fields: Fields, name: string): Fields => {
  const value = fields[name];
  return isFields(value) ? value : {};
};
const end = (value: Fields): string => `${value.ip}:${value.port}`;

/** Parsed lines: most runs have the same lines. */
const cache = new Map<string, Read>();

export function readLine(line: string): Read {
  const before = cache.get(line);
  if (before !== undefined) return before;
  const read = parse(line);
  cache.set(line, read);
  return read;
}

/** Drops parsed lines, which are of no use to another capture. */
export function clearLineCache(): void {
  cache.clear();
}

function parse(line: string): Read {
  // Numbers that a double would round stay text.
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
    return { anomaly: { flow, action, key, blamesSender: BLAMING.has(action) } };
  }
  const { '@timestamp': _time, log: _log, ...sections } = rest as Fields;
  const { outcome, duration: _duration, ...named } = event as Fields;
  const { truncated, ...marks } = wiretail as Fields;
  const isRpc = sections.rpc !== undefined;
  const unanswered = outcome === 'unknown' && !isRpc;
  const learned = outcome === undefined || outcome === 'unknown' ? [] : [`outcome ${outcome}`];
  const isOrphan = isOrphanMessage(named, sections);
  // An RPC sentence repeats fields, and which ones depends on the call.
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
      isOrphan,
    },
  };
}

/** Facts of the whole connection, on lines once they are known. */
const OF_CONNECTION = new Set(['volume', 'brick', 'brick_host', 'client']);
const OF_NAMES = new Set(['path', 'new_path', 'path_before_gap']);

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);

function pathsOf({ path, new_path, path_before_gap }: Fields): string[] {
  return path_before_gap === true ? [] : [path, new_path].filter((value) => typeof value === 'string');
}

/** Whether each path is one of these, or the end of one below a directory without a known path. */
export function arePaths(paths: readonly string[], known: ReadonlySet<string>): boolean {
  return paths.every((path) => {
    if (known.has(path)) return true;
    const end = /^<gfid:[^>]*>(.*)$/s.exec(path)?.[1];
    return end !== undefined && [...known].some((other) => other.endsWith(end));
  });
}

/** The lock that a call requests, and its holders, which come from other messages; without times. */
function lockOf(lock: Json): { request: Fields; holders: string[] } {
  const { waited: _waited, held_by, held_by_total: _total, ...request } = child({ lock }, 'lock');
  const list = Array.isArray(held_by) ? held_by.filter(isFields) : [];
  return { request, holders: list.map((holder) => `held by ${end(holder)} ${holder.lk_owner}`) };
}

/** The fields of a call or reply itself; those that wiretail adds from other messages go to `learned`. */
function ownFields({ rpc, gluster, ...rest }: Fields, learned: string[], truncated: boolean): Fields {
  const { retransmission, ...header } = child({ rpc }, 'rpc');
  if (retransmission !== undefined) learned.push('retransmission');
  if (gluster === undefined) return { rpc: header, ...rest };
  const isReply = header.type === 'reply';
  const own: Fields = {};
  for (const [name, value] of Object.entries(child({ gluster }, 'gluster'))) {
    if (OF_CONNECTION.has(name) || OF_NAMES.has(name)) continue;
    if (name === 'lock') {
      const { request, holders } = lockOf(value);
      learned.push(...holders);
      if (truncated) continue;
      if (!isReply) own[name] = request;
      else learned.push(`${name} ${JSON.stringify(request)}`);
    } else if (/^(request|response|payload.*)$/.test(name)) own[name] = value;
    // A summary of a truncated struct may lack a part.
    else if (truncated) continue;
    else if (!isReply) own[name] = value;
    else learned.push(`${name} ${JSON.stringify(value)}`);
  }
  return { rpc: header, gluster: own, ...rest };
}

/** Removes the reply's time from a sentence. */
function untimed(sentence: string): string {
  return sentence.replace(/ in [\d.]+ (?:ns|us|µs|ms|s)$/, '');
}

function isOrphanMessage(event: Fields, sections: Fields): boolean {
  if (event.dataset === 'gearman.admin') return event.action === 'response';
  const rpc = child(sections, 'rpc');
  return rpc.type === 'reply' && rpc.program === undefined;
}

/** Whether a partial message is contained in a whole one; 'some': another partial message may have the rest. */
export function isPartOf(part: Message, whole: Message): 'all' | 'some' | 'none' {
  if (part.isText && part.isOrphan) return isResponseOf(part, whole);
  if (part.flow !== whole.flow) return 'none';
  // Cheap, and excludes most.
  if (part.tag !== whole.tag && !part.isOrphan) return 'none';
  if (part.isOrphan) return isReplyOf(part, whole) ? 'all' : 'none';
  const { sentence: _sentence, ...fields } = part.fields;
  return contains(whole.fields, fields) ? 'all' : 'none';
}

/** A logged payload may be cut, and is text if what is left is text. */
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

/** An orphan reply has only the RPC header: decoding the rest takes its call. */
function isReplyOf(part: Message, whole: Message): boolean {
  if (part.fields.gluster !== undefined) return false;
  const { type, xid, accept_status, reject_status, auth_status, mismatch } = child(part.fields, 'rpc');
  const theirs = child(whole.fields, 'rpc');
  // Cheap, and excludes most.
  if (xid !== theirs.xid) return false;
  const header = { type, xid, accept_status, reject_status, auth_status, mismatch };
  const present = Object.fromEntries(Object.entries(header).filter(([, value]) => value !== undefined));
  return contains(theirs, present as Fields);
}

/** An orphan response of the text protocol has its lines, undecoded. */
function isResponseOf(part: Message, whole: Message): 'all' | 'some' | 'none' {
  const [source, destination] = part.flow.split('>');
  if (whole.flow !== `${destination}>${source}` && whole.flow !== part.flow) return 'none';
  const mine = responseLines(part).join('\n');
  const all = responseLines(whole).join('\n');
  if (mine === all) return 'all';
  return `\n${all}\n`.includes(`\n${mine}\n`) ? 'some' : 'none';
}

/** The response to a text command as it was on the wire, line by line. */
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
