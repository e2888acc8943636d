import type { StreamEnvironment } from '../stream/environment.ts';
import type { Recent } from '../stream/recent.ts';
import type { OnUpdate } from '../update.ts';
import type { PageIdentity } from './identity.ts';

export type StrategyOptions = {
  /** The server's URL, without a slash at the end. */
  server: string;
  /** Whether this tab is shown the count without being in it. */
  observe: boolean;
  /** What was online before. Where it is there, it is kept up to date. */
  recent?: Recent | undefined;
};

/**
 * Counts this tab in; the update comes as long as it stays.
 *
 * @returns how to count it out again
 */
export type Join = (onUpdate: OnUpdate) => () => void;

/** One way for all tabs of a browser to share a stream. Throws or rejects where a page does not have it. */
export type Strategy = (
  environment: StreamEnvironment,
  options: StrategyOptions,
  page: PageIdentity,
) => Join | Promise<Join>;

/** Joins the audience in the first of the strategies that this page has. */
export function joinBy(
  strategies: readonly Strategy[],
  environment: StreamEnvironment,
  options: StrategyOptions,
  page: PageIdentity,
): Join {
  return (onUpdate) => {
    let leave: (() => void) | undefined;
    let left = false;

    void (async () => {
      for (const strategy of strategies) {
        let join: Join;
        try {
          join = await strategy(environment, options, page);
        } catch {
          // In a sandboxed frame, merely touching a feature may throw: each way that fails makes room for the next.
          continue;
        }
        if (!left) leave = join(onUpdate);
        return;
      }
    })();
    return () => {
      left = true;
      leave?.();
    };
  };
}
