/** Which pages the streams of a run ask for: one of 1,000 each, or that one and another of their own. */
export type PageLoad = 'spread' | 'own';

const pages = 1000;

/** The share of streams on the pages up to each rank: the page of rank n has 1/n of the visitors of the first (Zipf). */
const cumulative = Array.from({ length: pages }, (_, index) => 1 / (index + 1));
for (let index = 1; index < pages; index++) cumulative[index] = (cumulative[index] ?? 0) + (cumulative[index - 1] ?? 0);

/** The query of a stream. All names of a kind are of one length, so that a floor can write as many bytes. */
export function queryOf(load: PageLoad | undefined, index: number): string {
  if (load === undefined) return '';
  // The multiples of the golden ratio spread evenly, without a random generator.
  const share = ((index * 0.618033988749895) % 1) * (cumulative.at(-1) ?? 0);
  const shared = `/page/${String(cumulative.findIndex((sum) => sum > share)).padStart(4, '0')}`;
  return load === 'spread' ? `?page=${shared}` : `?page=/own/${String(index).padStart(5, '0')}&watch=${shared}`;
}

/** The event that a floor adds to each `visitors`: as long as those that this server sends for such a query. */
export const pagesEvents: { [Load in PageLoad]: string } = {
  spread: 'event: pages\ndata: {"online":{"/page/0123":123}}\n\n',
  own: 'event: pages\ndata: {"online":{"/own/00123":1,"/page/0123":0}}\n\n',
};
