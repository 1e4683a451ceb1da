/** The option for the metrics endpoint. */
import type { Definitions } from './definition.js';
import { type Arguments, invalidValue, single } from './option-values.js';

export const METRICS_OPTIONS = {
  metrics: {
    type: 'string',
    describe: 'serve metrics for Prometheus, /healthz and /readyz at HOST:PORT',
    requiresArg: true,
  },
} as const satisfies Definitions;

/** Undefined: metrics are not served. */
export type MetricsAddress = { readonly host: string; readonly port: number } | undefined;

/** `127.0.0.1:9732`, `localhost:9732`, `[::1]:9732`; port 0: any free port. @throws UserError */
export function metricsConfig(args: Arguments): MetricsAddress {
  const value = single(args, 'metrics');
  if (value === undefined) return undefined;
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(value.trim());
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    throw invalidValue(args, 'metrics', value, 'HOST:PORT, such as 127.0.0.1:9732 or [::1]:9732');
  }
  return { host: match[1] ?? match[2], port };
}
