/** The available bytes of a record: the argument of decoding functions, one object per thread, overwritten for each record. */
export interface RecordBytes {
  bytes: Uint8Array;
  /** Behind the record mark. */
  start: number;
  /** Behind the last available byte. */
  end: number;
  /** Where the record ends: at or behind `end`. */
  recordEnd: number;
  /** No more bytes will be available: what is missing is truncated. */
  final: boolean;
}

export function newRecordBytes(): RecordBytes {
  return { bytes: new Uint8Array(0), start: 0, end: 0, recordEnd: 0, final: false };
}

export function setRecordBytes(
  record: RecordBytes,
  bytes: Uint8Array,
  start: number,
  end: number,
  recordEnd: number,
  final: boolean,
): RecordBytes {
  record.bytes = bytes;
  record.start = start;
  record.end = end;
  record.recordEnd = recordEnd;
  record.final = final;
  return record;
}
