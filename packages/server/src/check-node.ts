/** Of Node. To `import` it would fail with less clear words where it is missing or, as before 22.13, behind a flag. */
// `getBuiltinModule` is missing in Node 20.15 and earlier.
const { getBuiltinModule } = process as Partial<Pick<NodeJS.Process, 'getBuiltinModule'>>;
const found = getBuiltinModule?.('node:sqlite');
if (found === undefined) {
  throw new Error(`Live Visitors needs Node.js 22.13 or later, and this is ${process.version}. Install a newer one.`);
}
export const sqlite: typeof import('node:sqlite') = found;
