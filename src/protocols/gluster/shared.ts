/** What one decoder knows for all connections together: made once for each, and handed to every describer. */
import type { ProtocolOptions } from '../protocol.js';
import { newPaths, type Paths } from './paths.js';
import { newServices, type Services } from './services.js';

export interface Shared {
  readonly services: Services;
  readonly paths: Paths;
}

export function newShared(options: ProtocolOptions): Shared {
  return { services: newServices(options.bricks), paths: newPaths(options.maxPaths) };
}
