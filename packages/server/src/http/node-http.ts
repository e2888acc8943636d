/** From Node's HTTP module. An `import` of it would also load its `WebSocket` and `fetch`, which take 11 MiB. */
export const { createServer, IncomingMessage, ServerResponse, STATUS_CODES } = process.getBuiltinModule('node:http');
