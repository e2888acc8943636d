export { LiveVisitorsElement } from './widget/element.ts';
export * from './widget/subscribe.ts';
