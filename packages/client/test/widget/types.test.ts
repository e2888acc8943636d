import type * as shared from '@live-visitors/shared';
import { expectTypeOf, test } from 'vitest';
import type * as published from '../../public/subscribe.d.ts';
import type { subscribe } from '../../src/widget/subscribe.ts';

test('what is published is typed as it is', () => {
  expectTypeOf<published.Snapshot>().toEqualTypeOf<shared.Snapshot>();
  expectTypeOf<typeof published.subscribe>().toEqualTypeOf<typeof subscribe>();
});

test('the events of the element bear what they are named after', () => {
  const listen = (element: published.LiveVisitorsElement) => {
    element.addEventListener('snapshot', ({ detail }) => expectTypeOf(detail).toEqualTypeOf<shared.Snapshot>());
    element.addEventListener('connection', ({ detail }) => expectTypeOf(detail).toEqualTypeOf<published.Connection>());
    element.addEventListener('click', (event) => expectTypeOf(event).toEqualTypeOf<PointerEvent>());
    // @ts-expect-error snapshots have no such figure
    element.addEventListener('snapshot', ({ detail }) => detail.visitors);
  };
  expectTypeOf(listen).toBeFunction();
});
