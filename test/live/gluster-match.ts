/** Finds a transcript's steps among the messages. */
import type { Fields, Message } from './gluster-messages.js';
import type { ExpectedCall, Step } from './gluster-transcript.js';

/** The client has these sent when it likes, and as nobody. */
const LATER = ['RELEASE', 'RELEASEDIR'];

/** Whether all that is expected is there; of objects a part will do. */
function holds(found: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return found === expected;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(found) &&
      found.length === expected.length &&
      expected.every((one, index) => holds(found[index], one))
    );
  }
  if (typeof found !== 'object' || found === null) return false;
  return Object.entries(expected).every(([name, value]) => holds((found as Fields)[name], value));
}

/** The protocol has no room for more groups than some; those that it has are the user's. */
function isUser(auth: unknown, { groups, ...user }: Step['user']): boolean {
  const sent = (auth as { groups?: readonly number[] } | undefined)?.groups;
  if (!holds(auth, user) || sent === undefined) return false;
  return sent.every((group) => groups.includes(group)) && sent.length >= Math.min(groups.length, 80);
}

function isCall(message: Message, step: Step, expected: ExpectedCall): boolean {
  const { action, request, response, error, bytes } = expected;
  if (message.type !== 'call' || message.action !== action || message.reply === undefined) return false;
  if (!holds(message.gluster.request, request)) return false;
  if (!LATER.includes(action) && !isUser(message.rpc.auth, step.user)) return false;
  const answer = message.reply.gluster.response as Fields | undefined;
  if (!holds(answer, response ?? {})) return false;
  if (error === undefined ? Number(answer?.op_ret) < 0 : answer?.op_errno_name !== error) return false;
  const payload = message.rpc.payload_bytes ?? message.reply.rpc.payload_bytes;
  return bytes === undefined || payload === bytes;
}

export interface Found {
  readonly step: Step;
  /** For each call that was expected, those to different bricks. */
  readonly calls: readonly (readonly Message[])[];
}

/** Each step's calls after the replies to those of the step before; fails for one that is not there. */
export function findSteps(messages: readonly Message[], steps: readonly Step[], bricks: number): Found[] {
  const fops = messages.filter((message) => message.dataset === 'gluster.fop');
  let from = 0;
  return steps.map((step) => {
    let last = from;
    const calls = step.calls.map((expected) => {
      const to = new Map<string, Message>();
      const wanted = expected.of === 'all' ? bricks : 1;
      for (const message of fops) {
        if (message.index < from || to.has(message.to) || !isCall(message, step, expected)) continue;
        to.set(message.to, message);
        if (to.size === wanted) break;
      }
      const what = `${step.what}: ${JSON.stringify(expected)}`;
      if (to.size < wanted) throw new Error(`seen by ${to.size} of ${wanted} bricks: ${what}`);
      if (!LATER.includes(expected.action)) {
        for (const { reply } of to.values()) last = Math.max(last, reply?.index ?? 0);
      }
      return [...to.values()];
    });
    from = last;
    return { step, calls };
  });
}
