/** Ways to damage a capture. */
import { newRandom, type Random } from '../helpers/random.js';
import type { Packet } from './packets.js';

type Transform = (packets: readonly Packet[], random: Random) => Packet[];

export interface Damage {
  readonly name: string;
  /** Damaged copies of the capture; random damage differs in each. */
  copies(packets: readonly Packet[]): readonly (readonly Packet[])[];
}

const lose =
  (share: number): Transform =>
  (packets, random) =>
    packets.filter(() => !random.chance(share));

/** Repeats a tenth of the packets, up to 20 packets later. */
const repeat: Transform = (packets, random) => {
  const originals = packets.map((packet, at) => ({ packet, at }));
  const copies = originals
    .filter(() => random.chance(0.1))
    .map(({ packet, at }) => ({ packet, at: at + random.between(1, 20) - 0.5 }));
  return [...originals, ...copies].sort((a, b) => a.at - b.at).map(({ packet }) => packet);
};

/** Seconds between packets that are never reordered: a packet overtakes only those sent at about the same time. */
const MAX_GAP = 0.02;
const seconds = (packet: Packet): number => packet.seconds + packet.nanoseconds / 1e9;

/** Shuffles packets within windows, never across a pause: no queue delays packets that long. */
const reorder =
  (window: number): Transform =>
  (packets, random) => {
    const all: Packet[] = [];
    for (let at = 0; at < packets.length; ) {
      let end = at + 1;
      while (end < packets.length && end < at + window) {
        if (Math.abs(seconds(packets[end]) - seconds(packets[end - 1])) > MAX_GAP) break;
        end++;
      }
      all.push(...random.shuffle(packets.slice(at, end)));
      at = end;
    }
    return all;
  };

const cut =
  (snaplen: number): Transform =>
  (packets) =>
    packets.map((packet) =>
      packet.bytes.length <= snaplen ? packet : { ...packet, bytes: packet.bytes.subarray(0, snaplen) },
    );

const oneWay =
  (toServer: boolean): Transform =>
  (packets) =>
    packets.filter((packet) => packet.toServer === toServer);

const startMidstream: Transform = (packets, random) => packets.slice(random.below(packets.length));

/** Packets in all copies together, about: small and large captures take equal time and weigh the same. */
const PACKETS = 4000;

function randomDamage(name: string, ...transforms: readonly Transform[]): Damage {
  return {
    name,
    copies(packets) {
      const count = Math.min(20, Math.max(2, Math.round(PACKETS / packets.length)));
      return Array.from({ length: count }, (_, seed) => {
        const source = newRandom(seed + 1);
        return transforms.reduce<readonly Packet[]>((all, transform) => transform(all, source), packets);
      });
    },
  };
}

function fixedDamage(name: string, transform: Transform): Damage {
  return { name, copies: (packets) => [transform(packets, newRandom(0))] };
}

/** Starting packets tried at most. */
const STARTS = 300;
/** Packets decoded from all starts together. */
const STARTED = 30_000;

/** Starting packets, evenly spread over the capture. */
function starts(packets: readonly Packet[]): number[] {
  const count = Math.min(packets.length, STARTS, Math.max(16, Math.round((2 * STARTED) / packets.length)));
  return Array.from({ length: count }, (_, i) => Math.floor((i * packets.length) / count));
}

export const DAMAGES: readonly Damage[] = [
  { name: 'midstream', copies: (packets) => starts(packets).map((start) => packets.slice(start)) },
  randomDamage('0.1 % lost', lose(0.001)),
  randomDamage('1 % lost', lose(0.01)),
  randomDamage('10 % lost', lose(0.1)),
  randomDamage('a tenth twice', repeat),
  ...[2, 3, 5, 10, 20, 50].map((window) => randomDamage(`reordered in ${window}`, reorder(window))),
  ...[96, 128, 256, 512, 1024, 4096].map((snaplen) => fixedDamage(`cut to ${snaplen}`, cut(snaplen))),
  fixedDamage('to servers only', oneWay(true)),
  fixedDamage('to clients only', oneWay(false)),
  randomDamage('1 % lost, reordered in 5', lose(0.01), reorder(5)),
  randomDamage('1 % lost, cut to 128', lose(0.01), cut(128)),
  randomDamage('1 % lost, cut to 512', lose(0.01), cut(512)),
  randomDamage('10 % lost, cut to 256, reordered in 20', lose(0.1), cut(256), reorder(20)),
  randomDamage('a tenth twice, reordered in 10', repeat, reorder(10)),
  randomDamage('midstream, 1 % lost', startMidstream, lose(0.01)),
  randomDamage('midstream, reordered in 10', startMidstream, reorder(10)),
  randomDamage('midstream, cut to 128', startMidstream, cut(128)),
  randomDamage('to servers only, 1 % lost', oneWay(true), lose(0.01)),
  randomDamage('to clients only, 1 % lost', oneWay(false), lose(0.01)),
];
