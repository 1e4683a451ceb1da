/** The operations of a program on a mount, and the calls that they must cause. */

/** Expected fields of a message, nested ones too; lists are complete. */
export type Expected = number | string | readonly Expected[] | { readonly [field: string]: Expected };

export interface ExpectedCall {
  readonly action: string;
  /** Sent to every brick, as changes are, or to one of them. */
  readonly of: 'all' | 'one';
  readonly request: Readonly<Record<string, Expected>>;
  readonly response?: Readonly<Record<string, Expected>>;
  /** The name of the error; absent: success. */
  readonly error?: string;
  /** Bytes of file data in the call or the reply. */
  readonly bytes?: number;
}

/** One operation; all of its calls are answered before the next begins. */
export interface Step {
  readonly what: string;
  /** The error that the program got. */
  readonly error?: string;
  /** The user that the program acted as. */
  readonly user: {
    readonly pid: number;
    readonly uid: number;
    readonly gid: number;
    readonly groups: readonly number[];
  };
  readonly calls: readonly ExpectedCall[];
  /** Made by the other program, concurrently. */
  readonly contender?: boolean;
}

export interface Transcript {
  readonly steps: readonly Step[];
  /** Bytes of file data in all steps. */
  readonly written: number;
  readonly read: number;
  /** The names in a large folder. */
  readonly listed: readonly string[];
}

/** The fields of a name in a call: the text, and the bytes if they are not valid UTF-8. */
export function nameFields(field: string, name: Uint8Array | string): Record<string, string> {
  const bytes = Buffer.from(name as string);
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return { [field]: text };
  return { [field]: text, [`${field}_hex`]: bytes.toString('hex') };
}
