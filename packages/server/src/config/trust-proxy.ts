import express from 'express';
import * as v from 'valibot';

/** Which peers' `X-Forwarded-For` is believed, as Express takes it for its setting `trust proxy`. */
export const trustProxySchema = v.pipe(v.string(), v.transform(trustProxyOf), v.check(isTaken));

/** Express takes `true`, `false` and numbers for what they are in JavaScript, and all else for a list of addresses. */
function trustProxyOf(text: string): boolean | number | string {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d{1,3}$/.test(text) ? Number(text) : text;
}

/** What an address is, Express alone knows: it throws at what is none. */
function isTaken(value: boolean | number | string): boolean {
  try {
    express().set('trust proxy', value);
    return true;
  } catch {
    return false;
  }
}
