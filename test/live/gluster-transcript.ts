/** What a program did on a mount, and what of it must be seen on the wire. */

/** Of a message's fields those that are named, nested ones likewise; lists are given in full. */
export type Expected = number | string | readonly Expected[] | { readonly [field: string]: Expected };

export interface ExpectedCall {
  readonly action: string;
  /** Whether every brick is asked, as with what changes something, or any of them. */
  readonly of: 'all' | 'one';
  readonly request: Readonly<Record<string, Expected>>;
  readonly response?: Readonly<Record<string, Expected>>;
  /** By its name, as the reply has it; without one, the reply says success. */
  readonly error?: string;
  /** Bytes of the file in the call or in the reply. */
  readonly bytes?: number;
}

/** One thing that the program did; all of it has been answered when the next begins. */
export interface Step {
  readonly what: string;
  /** What the program got to hear. */
  readonly error?: string;
  /** As whom. */
  readonly user: {
    readonly pid: number;
    readonly uid: number;
    readonly gid: number;
    readonly groups: readonly number[];
  };
  readonly calls: readonly ExpectedCall[];
  /** Made by the other program, at the time of some others. */
  readonly rival?: boolean;
}

export interface Transcript {
  readonly steps: readonly Step[];
  /** Bytes of files, over all steps. */
  readonly written: number;
  readonly read: number;
  /** The names in a folder whose listing is long. */
  readonly listed: readonly string[];
}

/** What a call has for a name: the text, and the bytes beside it where they are no text. */
export function nameFields(field: string, name: Uint8Array | string): Record<string, string> {
  const bytes = Buffer.from(name as string);
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return { [field]: text };
  return { [field]: text, [`${field}_hex`]: bytes.toString('hex') };
}
