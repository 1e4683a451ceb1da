/** The most recently closed connections. They stay in the flow table, so that late retransmissions open no new ones. */
import type { Flow } from './connection.js';

const KEPT = 1024;

export class ClosedFlows {
  private readonly ring: (Flow | undefined)[] = new Array(KEPT).fill(undefined);
  private position = 0;

  /** @returns the least recently closed connection, which `flow` replaces */
  add(flow: Flow): Flow | undefined {
    const oldest = this.ring[this.position];
    this.ring[this.position] = flow;
    this.position = (this.position + 1) % KEPT;
    return oldest;
  }
}
