export type { Connection } from '../../public/subscribe.d.ts';
