import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Contestant = {
  name: string;
  file: string;
  /** For Node. */
  flags?: string[];
  /** A file that it takes, where that may be missing. */
  needs?: string;
};

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** This server, as built. */
export const liveVisitors: Contestant = { name: 'Live Visitors', file: here('../dist/main.js') };

/** The first is the floor. */
export const contestants: Contestant[] = [
  { name: 'bare net socket, one shared buffer: the floor', file: here('contestants/net.ts') },
  liveVisitors,
  { name: 'plain Express, one interval per stream', file: here('contestants/express-interval.ts') },
  { name: 'Express, one encoded string', file: here('contestants/express-string.ts') },
  { name: 'better-sse on Express', file: here('contestants/better-sse.ts') },
  {
    name: 'nchan (nginx module)',
    file: here('contestants/nchan.ts'),
    needs: '/usr/lib/nginx/modules/ngx_nchan_module.so',
  },
];

/** Those that this machine has all for. */
export const installed = contestants.filter(({ needs }) => needs === undefined || existsSync(needs));
