/** Conversations that are put onto an interface frame by frame: an echo each, with its name as payload. */
export interface Conversation {
  readonly version: 4 | 6;
  /** VLAN identifiers, the outer one first. */
  readonly tags: readonly number[];
}

export const CONVERSATIONS: Readonly<Record<string, Conversation>> = {
  'tagged IPv4': { version: 4, tags: [10] },
  'tagged IPv6': { version: 6, tags: [10] },
  'tagged twice': { version: 4, tags: [10, 20] },
};
