/** The life of a lock: requested, held, over. */
export const LockState = {
  requested: 0,
  held: 1,
  /** Known to be over. */
  released: 2,
  /** Not known any more. */
  uncertain: 3,
} as const;
export type LockState = (typeof LockState)[keyof typeof LockState];

export interface HasLockState {
  readonly state: LockState;
}

export function isOver({ state }: HasLockState): boolean {
  return state === LockState.released || state === LockState.uncertain;
}
