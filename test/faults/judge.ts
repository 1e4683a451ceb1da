/** Compares what a damaged capture decodes to with what the whole capture does. */
import { arePaths, isPartOf, type Message } from './messages.js';
import type { Run } from './run.js';

export interface Judgement {
  /** Messages decoded in full, as the damaged capture has them. */
  readonly decoded: readonly Message[];
  /** How many messages of the whole capture were decoded, in full or in part. */
  readonly partial: number;
  /** Messages of the whole capture that were decoded: in full, or without the call that they answer. */
  readonly found: ReadonlySet<Message>;
  /** What the whole capture does not have; must be empty. */
  readonly wrong: readonly string[];
}

export interface Reference {
  readonly messages: readonly Message[];
  readonly byKey: ReadonlyMap<string, readonly Message[]>;
  readonly byEnds: ReadonlyMap<string, readonly Message[]>;
  readonly anomalies: ReadonlySet<string>;
  /** All paths that a file ever has, by gfid. */
  readonly paths: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The same for both directions of a connection. */
function endsOf(flow: string): string {
  return flow.split('>').sort().join(' ');
}

export function reference({ messages, anomalies }: Run): Reference {
  const byEnds = new Map<string, Message[]>();
  const byKey = new Map<string, Message[]>();
  const paths = new Map<string, Set<string>>();
  const add = (map: Map<string, Message[]>, key: string, message: Message) => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [message]);
    else list.push(message);
  };
  for (const message of messages) {
    add(byKey, message.key, message);
    add(byEnds, endsOf(message.flow), message);
    const { gfid } = message;
    if (gfid === undefined) continue;
    const all = paths.get(gfid) ?? new Set();
    for (const path of message.paths) all.add(path);
    paths.set(gfid, all);
  }
  return { messages, byKey, byEnds, anomalies: new Set(anomalies.map(({ key }) => key)), paths };
}

/**
 * Whether a message has the paths of its original, or others that the file has in the whole capture: a lost reply may
 * hide a rename, and of several names any may be the newest.
 */
function pathsAgree(whole: Reference, message: Message, original: Message): boolean {
  const ever = message.gfid === undefined ? undefined : whole.paths.get(message.gfid);
  return arePaths(message.paths, new Set([...original.paths, ...(ever ?? [])]));
}

/** Matches each message of the damaged capture with a message of the whole capture of its own. */
export function judge(whole: Reference, run: Run): Judgement {
  const used = new Set<Message>();
  /** By key, how many of the first messages are used: equal messages are not searched again. */
  const firstFree = new Map<string, number>();
  const decoded: Message[] = [];
  const found = new Set<Message>();
  const wrong: string[] = [];
  const matchWhole = (message: Message): boolean => {
    const list = whole.byKey.get(message.key) ?? [];
    let from = firstFree.get(message.key) ?? 0;
    while (from < list.length && used.has(list[from])) from++;
    firstFree.set(message.key, from);
    for (let i = from; i < list.length; i++) {
      const original = list[i];
      if (used.has(original) || !message.learned.every((text) => original.learned.includes(text))) continue;
      if (!pathsAgree(whole, message, original)) {
        wrong.push(`packet ${message.packet}: ${message.paths.join(' ')} is ${original.paths.join(' ')}`);
      }
      used.add(original);
      found.add(original);
      return true;
    }
    return false;
  };
  /** Text commands decoded without their response, and responses decoded without their command. */
  const commands = new Set<Message>();
  const responses = new Set<Message>();
  const matchPart = (message: Message): boolean => {
    const taken = !message.isText ? used : message.isOrphan ? responses : commands;
    const list = whole.byEnds.get(endsOf(message.flow)) ?? [];
    const isFree = (original: Message) => !used.has(original) && !taken.has(original);
    const isOriginal = (original: Message) => isFree(original) && isPartOf(message, original) === 'all';
    // Only for commands it matters which of several equal originals is taken.
    const first = list.find(isOriginal);
    const originals = first === undefined ? [] : message.isText ? list.filter(isOriginal) : [first];
    if (originals.length > 0) {
      // The last possible of equal originals; for a command, preferably one whose response was decoded.
      const earlier = originals.filter(
        ({ packet, replyPacket }) => (message.isOrphan ? replyPacket : packet) <= message.packet,
      );
      const original =
        earlier.findLast((candidate) => responses.has(candidate)) ??
        originals.find((candidate) => responses.has(candidate)) ??
        earlier.at(-1) ??
        originals[0];
      taken.add(original);
      const isComplete = message.isText
        ? commands.has(original) && (responses.has(original) || original.cut)
        : message.isOrphan;
      if (isComplete) found.add(original);
      return true;
    }
    return (
      message.isText && list.some((original) => isFree(original) && isPartOf(message, original) === 'some')
    );
  };
  const parts: Message[] = [];
  // A message with more facts has fewer possible originals.
  for (const message of run.messages.toSorted((a, b) => b.learned.length - a.learned.length)) {
    if (matchWhole(message)) decoded.push(message);
    else if (message.cut || message.isOrphan) parts.push(message);
    else wrong.push(`packet ${message.packet}: ${message.key}`);
  }
  const order = (message: Message) => (message.isText && message.isOrphan ? 1e9 : message.key.length);
  for (const message of parts.toReversed().sort((a, b) => order(b) - order(a))) {
    if (!matchPart(message)) wrong.push(`packet ${message.packet}, in part: ${message.key}`);
  }
  for (const { key, blamesSender } of run.anomalies) {
    if (blamesSender && !whole.anomalies.has(key)) wrong.push(`anomaly: ${key}`);
  }
  const partial = used.size + Math.max(commands.size, responses.size);
  return { decoded, partial, found, wrong };
}
