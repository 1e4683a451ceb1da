/** The parts of a message that readers read. */
import type { KeyFilter } from './dict.js';
import type { Redaction } from './redaction.js';

export interface Projection {
  /** Whether the field of the struct is read. Others are passed over. */
  readonly summaryFields: (struct: string, field: string) => boolean;
  /** Which pairs of the dictionary (of the old form) are read; undefined: all. */
  readonly summaryKeys: (struct: string, field: string) => KeyFilter | undefined;
  /** undefined: nothing is hidden. */
  readonly redaction?: Redaction | undefined;
}
