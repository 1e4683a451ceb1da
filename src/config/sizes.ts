/** Parses sizes and durations: `64MiB`, `512k`, `20ms`, `1m`. */

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1 << 10,
  kib: 1 << 10,
  m: 1 << 20,
  mib: 1 << 20,
  g: 1 << 30,
  gib: 1 << 30,
};

/** Bytes; undefined if the text is no size. @param bare the unit of a bare number, in bytes */
export function parseSize(text: string, bare: number): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?(?:ib)?|b)$/i.exec(text.trim());
  if (match === null) return undefined;
  const unit = match[2].toLowerCase();
  const factor = unit === '' ? bare : unit === 'b' ? 1 : SIZE_UNITS[unit];
  return factor === undefined ? undefined : Math.floor(Number(match[1]) * factor);
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60000,
  h: 3600000,
  d: 86400000,
};

/** Milliseconds; undefined if the text is no duration. A bare number is in seconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(us|ms|s|m|h|d)?$/i.exec(text.trim());
  if (match === null) return undefined;
  return Number(match[1]) * DURATION_UNITS[(match[2] ?? 's').toLowerCase()];
}

/** `1s` of 1000: the largest unit that divides the milliseconds. */
export function durationText(milliseconds: number): string {
  const units = Object.entries(DURATION_UNITS).reverse();
  const [unit, factor] = units.find((entry) => milliseconds > 0 && milliseconds % entry[1] === 0) ?? ['', 1];
  return `${milliseconds / factor}${unit}`;
}
