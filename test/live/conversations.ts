/** Conversations that are injected frame by frame: an echo each, with its name as payload. */
export interface Conversation {
  readonly version: 4 | 6;
  /** VLAN identifiers, outer first. */
  readonly tags: readonly number[];
}

export const CONVERSATIONS: Readonly<Record<string, Conversation>> = {
  'tagged IPv4': { version: 4, tags: [10] },
  'tagged IPv6': { version: 6, tags: [10] },
  'tagged twice': { version: 4, tags: [10, 20] },
};
