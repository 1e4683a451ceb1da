/**
 * Formats an address of Headers. The same words are 10.0.0.1 in an IPv4 packet and ::ffff:10.0.0.1 in an IPv6 packet:
 * the text shows which was on the wire.
 */
export function formatAddress(ipVersion: number, w0: number, w1: number, w2: number, w3: number): string {
  if (ipVersion === 4) return dotted(w3);
  // RFC 5952, section 5: mixed notation where the prefix announces an IPv4 address.
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return `::ffff:${dotted(w3)}`;
  return compressed([w0, w1, w2, w3].flatMap((word) => [word >>> 16, word & 0xffff]));
}

function dotted(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}

/**
 * RFC 5952, section 4: lower-case hex, no leading zeros, "::" for the longest run of zero fields, the
 * first of equally long ones, and not for a single field.
 */
function compressed(fields: readonly number[]): string {
  let runStart = 0;
  let runLength = 0;
  for (let i = 0; i < fields.length; i++) {
    let length = 0;
    while (i + length < fields.length && fields[i + length] === 0) length++;
    if (length > runLength) {
      runStart = i;
      runLength = length;
    }
  }
  if (runLength < 2) return hex(fields);
  return `${hex(fields.slice(0, runStart))}::${hex(fields.slice(runStart + runLength))}`;
}

function hex(fields: readonly number[]): string {
  return fields.map((field) => field.toString(16)).join(':');
}
