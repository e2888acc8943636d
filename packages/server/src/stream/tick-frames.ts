import { encodeView, type PageView } from '../presence/page-views.ts';
import { encodeJson } from './encode-event.ts';

/**
 * The frames of one tick: `visitors`, and behind it `pages` for streams that ask for pages. What several streams are sent
 * is encoded once.
 */
export function createTickFrames(visitors: string) {
  const alone = Buffer.from(visitors);
  const shared = new Map<PageView, Buffer>();

  return (view: PageView | undefined): Buffer => {
    if (view === undefined) return alone;
    const known = shared.get(view);
    if (known) return known;
    const frame = Buffer.from(visitors + encodeJson('pages', encodeView(view)));
    if (view.streams > 1) shared.set(view, frame);
    return frame;
  };
}
