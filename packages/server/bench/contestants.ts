import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PageLoad } from './page-queries.ts';

export type Contestant = {
  name: string;
  file: string;
  args?: string[];
  /** For Node. */
  flags?: string[];
  /** A file that it takes, where that may be missing. */
  needs?: string;
  /** The pages that its streams ask for; by default none. */
  pages?: PageLoad;
  /** The name of what it is compared with; by default the first contestant. */
  floor?: string;
};

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** This server, as built. */
export const liveVisitors: Contestant = { name: 'Live Visitors', file: here('../../live-visitors/dist/main.js') };

const floor: Contestant = { name: 'bare net socket, one shared buffer: the floor', file: here('contestants/net.ts') };
const floorFor = (pages: PageLoad, name: string): Contestant => ({ ...floor, name, pages, floor: name });
const spreadFloor = floorFor('spread', 'the floor, with the bytes of one page');
const ownFloor = floorFor('own', 'the floor, with the bytes of two pages');

/** The first is the floor. */
export const contestants: Contestant[] = [
  floor,
  liveVisitors,
  {
    name: 'C, epoll, one write() for each socket',
    file: here('contestants/epoll.ts'),
    args: [here('contestants/epoll.c')],
    needs: '/usr/bin/gcc',
  },
  { name: 'plain Express, one interval per stream', file: here('contestants/express-interval.ts') },
  { name: 'Express, one encoded string', file: here('contestants/express-string.ts') },
  { name: 'better-sse on Express', file: here('contestants/better-sse.ts') },
  { name: "Hono's streamSSE", file: here('contestants/hono.ts') },
  {
    name: 'nchan (nginx module)',
    file: here('contestants/nchan.ts'),
    needs: '/usr/lib/nginx/modules/ngx_nchan_module.so',
  },
  spreadFloor,
  { ...liveVisitors, name: 'Live Visitors, streams on 1,000 pages', pages: 'spread', floor: spreadFloor.name },
  ownFloor,
  { ...liveVisitors, name: 'Live Visitors, each stream with pages of its own', pages: 'own', floor: ownFloor.name },
];

/** Those that this machine has all for. */
export const installed = contestants.filter(({ needs }) => needs === undefined || existsSync(needs));
