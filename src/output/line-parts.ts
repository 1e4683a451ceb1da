/**
 * Parts of a line as text that come again and again: kept by their names, of which the tables of procedures and packet
 * types have some hundreds. Written one by one, and not by JSON.stringify() of an object, a line takes half the time.
 */
import type { EventOutcome, RpcSection } from '../records/record.js';

/** Names that are kept; those of the wire (commands of Gearman) may be any, and are few at a time. */
const Kept = 1024;

function remembered(make: (name: string) => string): (name: string) => string {
  const texts = new Map<string, string>();
  return (name) => {
    let text = texts.get(name);
    if (text === undefined) {
      if (texts.size >= Kept) texts.clear();
      text = make(name);
      texts.set(name, text);
    }
    return text;
  };
}

/** A name may be cut somewhere, perhaps within a character, of which many readers refuse a half. */
export function quoted(value: string): string {
  return JSON.stringify(value.toWellFormed());
}

export const quotedName = remembered(quoted);

/** `"dataset":...,"action":...,"outcome":...` */
export function eventOf(dataset: string, action: string, outcome: EventOutcome | undefined): string {
  const event = `"dataset":"${dataset}","action":${quotedName(action)}`;
  return outcome === undefined ? event : `${event},"outcome":"${outcome}"`;
}

/** @param json writes what is not a part of its own */
export function rpcJson(rpc: RpcSection, json: (value: NonNullable<RpcSection['auth']>) => string): string {
  const { type, program, method, mismatch, auth, verifier, payload_bytes, age } = rpc;
  let all = type === undefined ? `{"xid":${rpc.xid}` : `{"type":"${type}","xid":${rpc.xid}`;
  if (program !== undefined)
    all += `,"program":${program},"version":${rpc.version},"procedure":${rpc.procedure}`;
  if (method !== undefined) all += `,"method":${quotedName(method)}`;
  if (rpc.accept_status !== undefined) all += `,"accept_status":"${rpc.accept_status}"`;
  if (rpc.reject_status !== undefined) all += `,"reject_status":"${rpc.reject_status}"`;
  if (rpc.auth_status !== undefined) all += `,"auth_status":"${rpc.auth_status}"`;
  if (mismatch !== undefined) all += `,"mismatch":{"low":${mismatch.low},"high":${mismatch.high}}`;
  if (auth !== undefined) all += `,"auth":${json(auth)}`;
  if (verifier !== undefined) all += `,"verifier":${json(verifier)}`;
  if (rpc.retransmission !== undefined) all += ',"retransmission":true';
  if (payload_bytes !== undefined) all += `,"payload_bytes":${payload_bytes}`;
  if (age !== undefined) all += `,"age":${age}`;
  return rpc.late === undefined ? `${all}}` : `${all},"late":true}`;
}
