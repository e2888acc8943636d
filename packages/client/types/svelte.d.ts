import type { LiveVisitorsAttributes, LiveVisitorsElement, LiveVisitorsEventMap } from '@live-visitors/client';
import type { HTMLAttributes } from 'svelte/elements';

export { LiveVisitorsElement };

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'live-visitors': HTMLAttributes<LiveVisitorsElement> &
      LiveVisitorsAttributes & {
        onsnapshot?: ((event: LiveVisitorsEventMap['snapshot']) => void) | undefined;
        onconnection?: ((event: LiveVisitorsEventMap['connection']) => void) | undefined;
      };
  }
}
