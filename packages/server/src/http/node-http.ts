/** Of Node's HTTP module. To `import` it would load its `WebSocket` and `fetch` too, which take 11 MiB. */
export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http');
