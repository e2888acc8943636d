import { environment } from '../stream/environment.ts';
import type { Join } from './join.ts';
import { lockWay } from './lock-way.ts';
import { createIdentity } from './page.ts';
import { soloWay } from './solo-way.ts';
import { workerWay } from './worker-way.ts';

/**
 * Joins the audience in the best way that this page has, all tabs of the browser on one stream wherever possible.
 *
 * @param server - the origin of the server
 */
export function joinAudience(server: string): Join {
  const page = createIdentity();

  return (onNews) => {
    let leave: (() => void) | undefined;
    let left = false;
    // In a sandboxed frame, merely touching a feature may throw: each way that fails makes room for the next.
    void lockWay(environment, server, page)
      .catch(() => workerWay(server, page))
      .catch(() => soloWay(environment, server, page))
      .then((join) => {
        if (!left) leave = join(onNews);
      });
    return () => {
      left = true;
      leave?.();
    };
  };
}
