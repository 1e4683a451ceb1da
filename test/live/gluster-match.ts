/** Finds the steps of a transcript among the messages. */
import type { Fields, Message } from './gluster-messages.js';
import type { ExpectedCall, Step } from './gluster-transcript.js';

/** The client sends these at any later time, without a user. */
const DEFERRED = ['RELEASE', 'RELEASEDIR'];

/** Whether the value has what is expected; objects may have more fields. */
function matches(found: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return found === expected;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(found) &&
      found.length === expected.length &&
      expected.every((item, index) => matches(found[index], item))
    );
  }
  if (typeof found !== 'object' || found === null) return false;
  return Object.entries(expected).every(([name, value]) => matches((found as Fields)[name], value));
}

/** The protocol has room for a limited number of groups. */
function isUser(auth: unknown, { groups, ...user }: Step['user']): boolean {
  const sent = (auth as { groups?: readonly number[] } | undefined)?.groups;
  if (!matches(auth, user) || sent === undefined) return false;
  return sent.every((group) => groups.includes(group)) && sent.length >= Math.min(groups.length, 80);
}

function isCall(message: Message, step: Step, expected: ExpectedCall): boolean {
  const { action, request, response, error, bytes } = expected;
  if (message.type !== 'call' || message.action !== action || message.reply === undefined) return false;
  if (!matches(message.gluster.request, request)) return false;
  if (!DEFERRED.includes(action) && !isUser(message.rpc.auth, step.user)) return false;
  const answer = message.reply.gluster.response as Fields | undefined;
  if (!matches(answer, response ?? {})) return false;
  if (error === undefined ? Number(answer?.op_ret) < 0 : answer?.op_errno_name !== error) return false;
  const payload = message.rpc.payload_bytes ?? message.reply.rpc.payload_bytes;
  return bytes === undefined || payload === bytes;
}

export interface Found {
  readonly step: Step;
  /** For each expected call, the calls to different bricks. */
  readonly calls: readonly (readonly Message[])[];
}

/** Finds each step's calls after the replies of the step before; throws if one is missing. */
export function findSteps(messages: readonly Message[], steps: readonly Step[], bricks: number): Found[] {
  const fops = messages.filter((message) => message.dataset === 'gluster.fop');
  let from = 0;
  return steps.map((step) => {
    let last = from;
    const calls = step.calls.map((expected) => {
      const to = new Map<string, Message>();
      const expectedCount = expected.of === 'all' ? bricks : 1;
      for (const message of fops) {
        if (message.index < from || to.has(message.to) || !isCall(message, step, expected)) continue;
        to.set(message.to, message);
        if (to.size === expectedCount) break;
      }
      const what = `${step.what}: ${JSON.stringify(expected)}`;
      if (to.size < expectedCount) throw new Error(`seen by ${to.size} of ${expectedCount} bricks: ${what}`);
      if (!DEFERRED.includes(expected.action)) {
        for (const { reply } of to.values()) last = Math.max(last, reply?.index ?? 0);
      }
      return [...to.values()];
    });
    from = last;
    return { step, calls };
  });
}
