import type { PageIdentity } from './identity.ts';
import type { OnNews } from '../update.ts';
import type { Recent } from '../stream/recent.ts';
import type { StreamEnvironment } from '../stream/environment.ts';

export type AudienceOptions = {
  /** The server's URL, without a slash at the end. */
  server: string;
  /** Whether this tab is shown the count without being in it. */
  observe: boolean;
  /** What was online before. Where it is there, it is kept up to date. */
  recent?: Recent | undefined;
};

/**
 * Counts this tab in; the news comes as long as it stays.
 *
 * @returns how to count it out again
 */
export type Join = (onNews: OnNews) => () => void;

/** One way for all tabs of a browser to share a stream. Throws or rejects where a page does not have it. */
export type Way = (
  environment: StreamEnvironment,
  options: AudienceOptions,
  page: PageIdentity,
) => Join | Promise<Join>;

/** Joins the audience in the first of the ways that this page has. */
export function joinBy(
  ways: readonly Way[],
  environment: StreamEnvironment,
  options: AudienceOptions,
  page: PageIdentity,
): Join {
  return (onNews) => {
    let leave: (() => void) | undefined;
    let left = false;

    void (async () => {
      for (const way of ways) {
        let join: Join;
        try {
          join = await way(environment, options, page);
        } catch {
          // In a sandboxed frame, merely touching a feature may throw: each way that fails makes room for the next.
          continue;
        }
        if (!left) leave = join(onNews);
        return;
      }
    })();
    return () => {
      left = true;
      leave?.();
    };
  };
}
