import express from 'express';

/** Which peers' `X-Forwarded-For` is trusted, as in Express's setting `trust proxy`. */
export type TrustProxy = boolean | number | string;

/** Express takes `true`, `false` and numbers as in JavaScript, and other text as a list of addresses. */
export function parseTrustProxy(text: string): TrustProxy {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d{1,3}$/.test(text) ? Number(text) : text;
}

/** Only Express knows which addresses it accepts: it throws if one is invalid. */
export function isTrustProxy(value: unknown): value is TrustProxy {
  try {
    express().set('trust proxy', value);
    return true;
  } catch {
    return false;
  }
}
