/** Ways to damage a capture. */
import { newRandom, type Random } from '../helpers/random.js';
import type { Packet } from './packets.js';

type Work = (packets: readonly Packet[], random: Random) => Packet[];

export interface Damage {
  readonly name: string;
  /** Copies of the capture that are damaged so, each in its own way where chance has a part. */
  copies(packets: readonly Packet[]): readonly (readonly Packet[])[];
}

const lose =
  (share: number): Work =>
  (packets, random) =>
    packets.filter(() => !random.chance(share));

/** A tenth of the packets comes again, up to 20 packets later. */
const repeat: Work = (packets, random) => {
  const places = packets.map((packet, at) => ({ packet, at }));
  const again = places
    .filter(() => random.chance(0.1))
    .map(({ packet, at }) => ({ packet, at: at + random.between(1, 20) - 0.5 }));
  return [...places, ...again].sort((a, b) => a.at - b.at).map(({ packet }) => packet);
};

/** What overtakes another packet was sent at about the same time. */
const PAUSE = 0.02;
const seconds = (packet: Packet): number => packet.seconds + packet.nanoseconds / 1e9;

/** Each window of so many packets in any order, but none across a pause: no queue holds packets for so long. */
const reorder =
  (window: number): Work =>
  (packets, random) => {
    const all: Packet[] = [];
    for (let at = 0; at < packets.length; ) {
      let end = at + 1;
      while (end < packets.length && end < at + window) {
        if (Math.abs(seconds(packets[end]) - seconds(packets[end - 1])) > PAUSE) break;
        end++;
      }
      all.push(...random.shuffle(packets.slice(at, end)));
      at = end;
    }
    return all;
  };

const cut =
  (snaplen: number): Work =>
  (packets) =>
    packets.map((packet) =>
      packet.bytes.length <= snaplen ? packet : { ...packet, bytes: packet.bytes.subarray(0, snaplen) },
    );

const oneWay =
  (toServer: boolean): Work =>
  (packets) =>
    packets.filter((packet) => packet.toServer === toServer);

const join: Work = (packets, random) => packets.slice(random.below(packets.length));

/** Packets in all copies together, about, so that small and large captures cost and tell the same. */
const PACKETS = 4000;

function byChance(name: string, ...works: readonly Work[]): Damage {
  return {
    name,
    copies(packets) {
      const count = Math.min(20, Math.max(2, Math.round(PACKETS / packets.length)));
      return Array.from({ length: count }, (_, seed) => {
        const random = newRandom(seed + 1);
        return works.reduce<readonly Packet[]>((all, work) => work(all, random), packets);
      });
    },
  };
}

function always(name: string, work: Work): Damage {
  return { name, copies: (packets) => [work(packets, newRandom(0))] };
}

/** Starts that are tried at most. */
const STARTS = 300;
/** Packets that all starts together may decode. */
const STARTED = 30_000;

/** As many starts as cost what is allowed, evenly spread over the capture. */
function starts(packets: readonly Packet[]): number[] {
  const count = Math.min(packets.length, STARTS, Math.max(16, Math.round((2 * STARTED) / packets.length)));
  return Array.from({ length: count }, (_, i) => Math.floor((i * packets.length) / count));
}

export const DAMAGES: readonly Damage[] = [
  { name: 'joined late', copies: (packets) => starts(packets).map((start) => packets.slice(start)) },
  byChance('0.1 % lost', lose(0.001)),
  byChance('1 % lost', lose(0.01)),
  byChance('10 % lost', lose(0.1)),
  byChance('a tenth twice', repeat),
  ...[2, 3, 5, 10, 20, 50].map((window) => byChance(`reordered in ${window}`, reorder(window))),
  ...[96, 128, 256, 512, 1024, 4096].map((snaplen) => always(`cut to ${snaplen}`, cut(snaplen))),
  always('to servers only', oneWay(true)),
  always('to clients only', oneWay(false)),
  byChance('1 % lost, reordered in 5', lose(0.01), reorder(5)),
  byChance('1 % lost, cut to 128', lose(0.01), cut(128)),
  byChance('1 % lost, cut to 512', lose(0.01), cut(512)),
  byChance('10 % lost, cut to 256, reordered in 20', lose(0.1), cut(256), reorder(20)),
  byChance('a tenth twice, reordered in 10', repeat, reorder(10)),
  byChance('joined late, 1 % lost', join, lose(0.01)),
  byChance('joined late, reordered in 10', join, reorder(10)),
  byChance('joined late, cut to 128', join, cut(128)),
  byChance('to servers only, 1 % lost', oneWay(true), lose(0.01)),
  byChance('to clients only, 1 % lost', oneWay(false), lose(0.01)),
];
