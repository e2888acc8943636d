import type { LiveVisitorsAttributes, LiveVisitorsElement, LiveVisitorsEventMap } from '@live-visitors/client';

export { LiveVisitorsElement };

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
      'live-visitors': HTMLAttributes<LiveVisitorsElement> &
        LiveVisitorsAttributes & {
          'on:snapshot'?: ((event: LiveVisitorsEventMap['snapshot']) => void) | undefined;
          'on:connection'?: ((event: LiveVisitorsEventMap['connection']) => void) | undefined;
        };
    }
  }
}
