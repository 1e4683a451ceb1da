/** WORK_DATA, WORK_WARNING and WORK_STATUS of a running job. */
import type { Fields } from '../fields.js';
import type { Progress } from './model.js';

export function addProgress(before: Progress | undefined, type: string, fields: Fields): Progress {
  const progress = before ?? { dataPackets: 0, dataBytes: 0, warnings: 0, status: undefined };
  if (type === 'WORK_DATA') {
    progress.dataPackets++;
    if (typeof fields.payload_bytes === 'number') progress.dataBytes += fields.payload_bytes;
  } else if (type === 'WORK_WARNING') progress.warnings++;
  else progress.status = { numerator: fields.numerator, denominator: fields.denominator };
  return progress;
}
