import type { Duplex } from 'node:stream';
import type { RefusalReason, Refusals } from '../observability/refusals.ts';
import { STATUS_CODES } from './node-http.ts';
import { problem, problemType } from './problem.ts';

/** Answers what Node's HTTP parser refuses: headers that are too long, too slow or not HTTP. */
export function refuseUnparsable(refusals: Refusals) {
  return (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const refusal = explain(error.code);
    // A connection that broke off or was never used needs no answer: browsers open some in advance.
    if (refusal === undefined || ('bytesRead' in socket && socket.bytesRead === 0)) return void socket.destroy();
    const { reason, status, detail } = refusal;
    refusals.count(reason, 'remoteAddress' in socket ? String(socket.remoteAddress) : undefined);
    // An earlier answer on this connection may still be under way.
    if (!socket.writable || ('bytesWritten' in socket && socket.bytesWritten !== 0)) return void socket.destroy();
    const body = JSON.stringify(problem(status, detail));
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `Content-Type: ${problemType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Access-Control-Allow-Origin: *',
      'Cache-Control: no-store',
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}

function explain(code = ''): { reason: RefusalReason; status: number; detail: string } | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return {
      reason: 'malformed',
      status: 431,
      detail: 'The URL and the headers must be shorter than 16 KiB together.',
    };
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { reason: 'timeout', status: 408, detail: 'The request took too long to arrive.' };
  }
  return code.startsWith('HPE_')
    ? { reason: 'malformed', status: 400, detail: 'This is not an HTTP request.' }
    : undefined;
}
