// Node.js before 22.13 has no SQLite, or only behind a flag, and an `import` of it would not say which version is needed.
// Node.js before 20.16 has no `getBuiltinModule` either.
const { getBuiltinModule } = process as Partial<Pick<NodeJS.Process, 'getBuiltinModule'>>;
const found = getBuiltinModule?.('node:sqlite');
if (found === undefined) {
  throw new Error(`Live Visitors needs Node.js 22.13 or later, and this is ${process.version}. Install a newer one.`);
}
export const sqlite: typeof import('node:sqlite') = found;
