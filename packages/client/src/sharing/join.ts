import type { OnNews } from '../stream/news.ts';

/**
 * One way for all tabs of a browser to share a stream. Counts this tab in; the news comes as long as it stays.
 *
 * @returns how to count it out again
 */
export type Join = (onNews: OnNews) => () => void;
