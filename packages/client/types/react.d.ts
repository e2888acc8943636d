import type { LiveVisitorsAttributes, LiveVisitorsElement, LiveVisitorsEventMap } from '@live-visitors/client';
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

export { LiveVisitorsElement };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'live-visitors': DetailedHTMLProps<HTMLAttributes<LiveVisitorsElement>, LiveVisitorsElement> &
        LiveVisitorsAttributes & {
          /** From React 19. Before, use `ref` and `addEventListener`. */
          onsnapshot?: ((event: LiveVisitorsEventMap['snapshot']) => void) | undefined;
          /** From React 19. Before, use `ref` and `addEventListener`. */
          onconnection?: ((event: LiveVisitorsEventMap['connection']) => void) | undefined;
        };
    }
  }
}
