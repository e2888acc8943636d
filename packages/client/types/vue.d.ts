import type { LiveVisitorsAttributes, LiveVisitorsElement, LiveVisitorsEventMap } from '@live-visitors/client';
import type { HTMLAttributes, PublicProps } from 'vue';

export { LiveVisitorsElement };

type Props = Omit<HTMLAttributes, keyof LiveVisitorsAttributes> &
  LiveVisitorsAttributes &
  PublicProps & {
    onSnapshot?: ((event: LiveVisitorsEventMap['snapshot']) => void) | undefined;
    onConnection?: ((event: LiveVisitorsEventMap['connection']) => void) | undefined;
  };

declare module 'vue' {
  interface GlobalComponents {
    'live-visitors': new () => { $props: Props };
  }
}
