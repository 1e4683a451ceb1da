/** Whether what was decoded of a damaged capture is a part of what the whole one says, and how much. */
import { arePaths, isPartOf, type Message } from './messages.js';
import type { Run } from './run.js';

export interface Judgement {
  /** Messages that came whole, as the damaged capture has them. */
  readonly decoded: readonly Message[];
  /** How many of the whole capture's messages are told of, be it in part. */
  readonly told: number;
  /** Those of the whole capture that are there: whole, or apart from what they answer. */
  readonly there: ReadonlySet<Message>;
  /** What the whole capture does not say. There must be none. */
  readonly wrong: readonly string[];
}

export interface Reference {
  readonly messages: readonly Message[];
  readonly byKey: ReadonlyMap<string, readonly Message[]>;
  readonly byEnds: ReadonlyMap<string, readonly Message[]>;
  readonly anomalies: ReadonlySet<string>;
  /** All paths that a file ever had, by its gfid. */
  readonly paths: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Both directions of a connection alike. */
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
 * Whether the paths that a message says are those that the whole capture says in it, or ever said of the file: while
 * a lost reply is waited for it is not known that the name has changed, and of several names any may be the last told.
 */
function agree(whole: Reference, message: Message, one: Message): boolean {
  const ever = message.gfid === undefined ? undefined : whole.paths.get(message.gfid);
  return arePaths(message.paths, new Set([...one.paths, ...(ever ?? [])]));
}

/** Each message of the whole capture is good for one of the damaged one. */
export function judge(whole: Reference, run: Run): Judgement {
  const used = new Set<Message>();
  /** By key: how many of the first ones are used, so that a thousand like ones are not searched again. */
  const firstFree = new Map<string, number>();
  const decoded: Message[] = [];
  const there = new Set<Message>();
  const wrong: string[] = [];
  const take = (message: Message): boolean => {
    const list = whole.byKey.get(message.key) ?? [];
    let from = firstFree.get(message.key) ?? 0;
    while (from < list.length && used.has(list[from])) from++;
    firstFree.set(message.key, from);
    for (let i = from; i < list.length; i++) {
      const one = list[i];
      if (used.has(one) || !message.learned.every((text) => one.learned.includes(text))) continue;
      if (!agree(whole, message, one)) {
        wrong.push(`packet ${message.packet}: ${message.paths.join(' ')} is ${one.paths.join(' ')}`);
      }
      used.add(one);
      there.add(one);
      return true;
    }
    return false;
  };
  /** Of text commands: those told without their response, and whole responses told without a command. */
  const asked = new Set<Message>();
  const answered = new Set<Message>();
  const takePart = (message: Message): boolean => {
    const taken = !message.isText ? used : message.stray ? answered : asked;
    const list = whole.byEnds.get(endsOf(message.flow)) ?? [];
    const free = (one: Message) => !used.has(one) && !taken.has(one);
    const isAll = (one: Message) => free(one) && isPartOf(message, one) === 'all';
    // Only of commands it matters which one is taken of several that are alike.
    const first = list.find(isAll);
    const same = first === undefined ? [] : message.isText ? list.filter(isAll) : [first];
    if (same.length > 0) {
      // Of several that are alike the last that it can be, and of commands one whose response was told.
      const intime = same.filter((one) => (message.stray ? one.replyPacket : one.packet) <= message.packet);
      const one =
        intime.findLast((candidate) => answered.has(candidate)) ??
        same.find((candidate) => answered.has(candidate)) ??
        intime.at(-1) ??
        same[0];
      taken.add(one);
      if (message.isText ? asked.has(one) && (answered.has(one) || one.cut) : message.stray) there.add(one);
      return true;
    }
    return message.isText && list.some((one) => free(one) && isPartOf(message, one) === 'some');
  };
  const rest: Message[] = [];
  // Who says more has less choice.
  for (const message of run.messages.toSorted((a, b) => b.learned.length - a.learned.length)) {
    if (take(message)) decoded.push(message);
    else if (message.cut || message.stray) rest.push(message);
    else wrong.push(`packet ${message.packet}: ${message.key}`);
  }
  const order = (message: Message) => (message.isText && message.stray ? 1e9 : message.key.length);
  for (const message of rest.toReversed().sort((a, b) => order(b) - order(a))) {
    if (!takePart(message)) wrong.push(`packet ${message.packet}, in part: ${message.key}`);
  }
  for (const { key, accuses } of run.anomalies) {
    if (accuses && !whole.anomalies.has(key)) wrong.push(`anomaly: ${key}`);
  }
  const told = used.size + Math.max(asked.size, answered.size);
  return { decoded, told, there, wrong };
}
