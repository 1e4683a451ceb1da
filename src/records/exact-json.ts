import type { Json } from './record.js';

/** JSON with integers of any size as they are, which JSON.stringify refuses. */
export function exactJson(value: Json): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map((item: Json) => exactJson(item)).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${exactJson(member)}`);
  }
  return `{${members.join(',')}}`;
}
