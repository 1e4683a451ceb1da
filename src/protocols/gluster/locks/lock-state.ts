/** A lock is requested, then held, then over: released or uncertain. */
export const LockState = {
  requested: 0,
  held: 1,
  /** Certainly over. */
  released: 2,
  /** Possibly over: the tracker makes no claim about it any more. */
  uncertain: 3,
} as const;
export type LockState = (typeof LockState)[keyof typeof LockState];

export interface HasLockState {
  readonly state: LockState;
}

export function isOver({ state }: HasLockState): boolean {
  return state === LockState.released || state === LockState.uncertain;
}
