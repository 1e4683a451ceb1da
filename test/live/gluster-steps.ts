/** The steps of a program on a mount, recorded as they are made. */
import type { ExpectedCall, Step } from './gluster-transcript.js';

export const steps: Step[] = [];

const ROOT_USER = { uid: 0, gid: 0, groups: [] as readonly number[] };
let user = ROOT_USER;

type More = Omit<ExpectedCall, 'action' | 'of' | 'request'>;

export function allBricks(action: string, request: ExpectedCall['request'], more: More = {}): ExpectedCall {
  return { action, of: 'all', request, ...more };
}

export function anyBrick(action: string, request: ExpectedCall['request'], more: More = {}): ExpectedCall {
  return { action, of: 'one', request, ...more };
}

/** Makes a step and records it. Returns its result. */
export function step<T>(what: string, body: () => T, ...calls: ExpectedCall[]): T {
  const record = { what, user: { pid: process.pid, ...user }, calls };
  const result = body();
  steps.push(record);
  return result;
}

/** Records a step of another process. */
export function stepOf(pid: number, what: string, ...calls: ExpectedCall[]): void {
  steps.push({ what, user: { pid, ...user }, calls });
}

/** Makes and records a step that must fail with this error. */
export function fails(error: string, what: string, body: () => unknown, ...calls: ExpectedCall[]): void {
  let code = 'no error';
  try {
    body();
  } catch (thrown) {
    code = (thrown as NodeJS.ErrnoException).code ?? String(thrown);
  }
  if (code !== error) throw new Error(`${what}: ${code} instead of ${error}`);
  steps.push({ what, error, user: { pid: process.pid, ...user }, calls });
}

/** Makes the steps in `body` as another user. */
export function as(uid: number, gid: number, groups: readonly number[], body: () => void): void {
  process.setgroups?.([...groups]);
  process.setegid?.(gid);
  process.seteuid?.(uid);
  user = { uid, gid, groups };
  try {
    body();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.([]);
    user = ROOT_USER;
  }
}
