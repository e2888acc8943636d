// An `import` would fail without saying which version is needed. Node.js 20.15 and earlier have no `getBuiltinModule`.
const { getBuiltinModule } = process as Partial<Pick<NodeJS.Process, 'getBuiltinModule'>>;
const found = getBuiltinModule?.('node:sqlite');
if (found === undefined) {
  throw new Error(`Live Visitors needs Node.js 22.13 or later, and this is ${process.version}. Install a newer one.`);
}
export const sqlite: typeof import('node:sqlite') = found;
