import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RefusalReason, Refusals } from '../observability/refusals.ts';
import { problem, problemType } from './problem.ts';

/** Answers what Node's HTTP parser refuses: headers that are too long, too slow or no headers at all. */
export function refuseUnparsable(refusals: Refusals) {
  return (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const refusal = explain(error.code);
    // One that broke off needs no answer. Nor does one on which nothing came: browsers open connections in advance.
    if (refusal === undefined || ('bytesRead' in socket && socket.bytesRead === 0)) return void socket.destroy();
    const { reason, status, detail } = refusal;
    refusals.count(reason, 'remoteAddress' in socket ? String(socket.remoteAddress) : undefined);
    // Where something was answered before, that may still be under way.
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
    const detail = 'The address and headers of a request must be shorter than 16 KiB together.';
    return { reason: 'malformed', status: 431, detail };
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { reason: 'timeout', status: 408, detail: 'The request took too long to arrive.' };
  }
  // The errors of Node's HTTP parser.
  if (code.startsWith('HPE_')) return { reason: 'malformed', status: 400, detail: 'This is not an HTTP request.' };
  return undefined;
}
