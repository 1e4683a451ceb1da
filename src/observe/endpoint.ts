/**
 * The HTTP endpoint: /metrics for Prometheus, /healthz and /readyz for whoever starts and watches the daemon. It listens
 * on the one address that it is given, answers GET and HEAD, and takes neither many connections nor slow ones: what it
 * runs in is the thread that writes the lines.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../config/user-error.js';
import { type Metrics, newMetrics } from './metrics.js';
import type { Observed } from './observed.js';

export interface Endpoint {
  /** Where it listens, as a URL. */
  readonly url: string;
  /** Shows this run; before that it says that it is starting. */
  show(observed: Observed): void;
  close(): void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

const MAX_CONNECTIONS = 16;
/** A request has to be there within so long, and the answer taken. */
const TIMEOUT_MS = 5000;
/** Prometheus asks every 15 s or every minute, over one connection. */
const KEEP_ALIVE_MS = 75000;
const MAX_HEADER_BYTES = 8192;

const TEXT = 'text/plain; charset=utf-8';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const text = (status: number, body: string): Answer => ({ status, type: TEXT, body: `${body}\n` });

function health(observed: Observed): Answer {
  const wrong = observed.health();
  return wrong.length === 0 ? text(200, 'ok') : text(503, wrong.join('\n'));
}

function ready(observed: Observed): Answer {
  const why = observed.notReady();
  return why === undefined ? text(200, 'ready') : text(503, why);
}

/** Opens the endpoint. @throws UserError where it can't listen there */
export async function openEndpoint(
  { host, port }: Address,
  failed: (error: Error) => void,
): Promise<Endpoint> {
  let run: { readonly observed: Observed; readonly metrics: Metrics } | undefined;

  const answer = async (path: string): Promise<Answer> => {
    if (path !== '/metrics' && path !== '/healthz' && path !== '/readyz') return text(404, 'not found');
    if (run === undefined) return text(path === '/healthz' ? 200 : 503, 'starting');
    const { observed, metrics } = run;
    if (path === '/healthz') return health(observed);
    if (path === '/readyz') return ready(observed);
    return { status: 200, type: metrics.contentType, body: await metrics.text() };
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A body is not waited for.
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Type': TEXT, Connection: 'close' });
      response.end('expected GET or HEAD\n');
      return;
    }
    const path = (request.url ?? '').split('?', 1)[0];
    const { status, type, body } = await answer(path);
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };

  const server = createServer(
    {
      requestTimeout: TIMEOUT_MS,
      headersTimeout: TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => {
      // Who does not read the answer does not keep the connection.
      response.setTimeout(TIMEOUT_MS, () => response.destroy());
      respond(request, response).catch((error: Error) => {
        failed(error);
        response.destroy();
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  // Those that were kept open for another request make room; who came too early comes again.
  server.on('drop', () => server.closeIdleConnections());

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new UserError(whyNot(host, port, error))));
    server.listen({ host, port }, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', failed);
  const { address, family, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    show(observed) {
      run = { observed, metrics: newMetrics(observed) };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already',
  EADDRNOTAVAIL: 'no interface of this host has that address',
  EAFNOSUPPORT:
    "no socket of the network is allowed (RestrictAddressFamilies= of wiretail's unit: see wiretail-network.conf)",
  EACCES: 'permission denied; expected a port from 1024 up, or the right to use lower ones',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the host name could not be looked up',
};

function whyNot(host: string, port: number, { code = '', message }: NodeJS.ErrnoException): string {
  return `--metrics ${host.includes(':') ? `[${host}]` : host}:${port}: ${REASONS[code] ?? message}`;
}
