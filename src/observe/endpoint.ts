/**
 * The HTTP endpoint: /metrics for Prometheus, /healthz and /readyz for supervisors. It listens on one address, answers GET
 * and HEAD, and limits the number and the duration of connections: it shares its thread with the outputs.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../config/user-error.js';
import { Metrics } from './metrics.js';
import type { Observed } from './observed.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const MAX_CONNECTIONS = 16;
/** How long a request may take to arrive, and its response to be read. */
const TIMEOUT_MS = 5000;
/** Prometheus scrapes every 15 s to 60 s, over one connection. */
const KEEP_ALIVE_MS = 75000;
const MAX_HEADER_BYTES = 8192;

const TEXT = 'text/plain; charset=utf-8';
const PATHS: ReadonlySet<string> = new Set(['/metrics', '/healthz', '/readyz']);

interface Response {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const textResponse = (status: number, body: string): Response => ({ status, type: TEXT, body: `${body}\n` });

function healthResponse(observed: Observed): Response {
  const faults = observed.health();
  return faults.length === 0 ? textResponse(200, 'ok') : textResponse(503, faults.join('\n'));
}

function readyResponse(observed: Observed): Response {
  const reason = observed.notReady();
  return reason === undefined ? textResponse(200, 'ready') : textResponse(503, reason);
}

export class Endpoint {
  private readonly server: Server;
  private readonly onError: (error: Error) => void;
  private run: { readonly observed: Observed; readonly metrics: Metrics } | undefined = undefined;

  /** @param onError called for errors after the endpoint is open */
  constructor(onError: (error: Error) => void) {
    this.onError = onError;
    this.server = createServer(
      {
        requestTimeout: TIMEOUT_MS,
        headersTimeout: TIMEOUT_MS,
        connectionsCheckingInterval: TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
      (request, response) => this.handle(request, response),
    );
    this.server.maxConnections = MAX_CONNECTIONS;
    // Idle connections make room. A dropped client has to come again.
    this.server.on('drop', () => this.server.closeIdleConnections());
  }

  /** Where it listens. */
  get url(): string {
    const { address, family, port } = this.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** @throws UserError if the address can't be listened on */
  async listen({ host, port }: Address): Promise<void> {
    const { server } = this;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new UserError(listenErrorMessage(host, port, error))),
      );
      server.listen({ host, port }, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', this.onError);
  }

  /** Exports this run. Before it, the endpoint reports that it is starting. */
  show(observed: Observed): void {
    this.run = { observed, metrics: new Metrics(observed) };
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    // A client that does not read the response loses the connection.
    response.setTimeout(TIMEOUT_MS, () => response.destroy());
    this.respond(request, response).catch((error: Error) => {
      this.onError(error);
      response.destroy();
    });
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Request bodies are discarded.
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Type': TEXT, Connection: 'close' });
      response.end('expected GET or HEAD\n');
      return;
    }
    const path = (request.url ?? '').split('?', 1)[0];
    const { status, type, body } = await this.responseTo(path);
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  private async responseTo(path: string): Promise<Response> {
    if (!PATHS.has(path)) return textResponse(404, 'not found');
    if (this.run === undefined) return textResponse(path === '/healthz' ? 200 : 503, 'starting');
    const { observed, metrics } = this.run;
    if (path === '/healthz') return healthResponse(observed);
    if (path === '/readyz') return readyResponse(observed);
    return { status: 200, type: metrics.contentType, body: await metrics.text() };
  }
}

/** @throws UserError if the address can't be listened on */
export async function openEndpoint(address: Address, onError: (error: Error) => void): Promise<Endpoint> {
  const endpoint = new Endpoint(onError);
  await endpoint.listen(address);
  return endpoint;
}

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already',
  EADDRNOTAVAIL: 'no interface of this host has that address',
  EAFNOSUPPORT:
    "network sockets are not allowed (RestrictAddressFamilies= of wiretail's unit: see wiretail-network.conf)",
  EACCES: 'permission denied; expected a port from 1024 up, or the right to use lower ones',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the host name could not be resolved',
};

function listenErrorMessage(
  host: string,
  port: number,
  { code = '', message }: NodeJS.ErrnoException,
): string {
  return `--metrics ${host.includes(':') ? `[${host}]` : host}:${port}: ${LISTEN_ERRORS[code] ?? message}`;
}
