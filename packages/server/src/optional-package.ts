import { createRequire } from 'node:module';

/** @throws if a package that only this option needs is not installed */
export function requirePackage(name: string, option: string): void {
  try {
    createRequire(import.meta.url ?? `${process.cwd()}/`).resolve(name);
  } catch (cause) {
    throw new Error(`${option} needs the package ${name}. Install it: npm install ${name}`, { cause });
  }
}
