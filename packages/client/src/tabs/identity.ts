/** What a page knows of itself for as long as it lives, in memory only; it outlasts a stay in the back/forward cache. */
export type PageIdentity = {
  /** Random: the id of this tab. */
  tab: string;
  /** Random: the id of the browser, should this tab be its first. */
  browser: string;
  /** Whether this tab has been reported to the server as a visit, or may have been. Kept up to date. */
  counted: boolean;
};

export function createIdentity(): PageIdentity {
  return { tab: randomId(), browser: randomId(), counted: false };
}

/** 128 random bits in hexadecimal digits. (`crypto.randomUUID` is missing where the page came over plain HTTP.) */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
