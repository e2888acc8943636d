import { expectTypeOf, test } from 'vitest';
import type * as published from '../index.d.ts';
import type * as library from '../src/index.ts';

test('what is published is typed as it is', () => {
  expectTypeOf<published.Snapshot>().toEqualTypeOf<library.Snapshot>();
  expectTypeOf<published.LiveVisitorsOptions>().toEqualTypeOf<library.LiveVisitorsOptions>();
  expectTypeOf<published.LiveVisitors>().toEqualTypeOf<library.LiveVisitors>();
  expectTypeOf<typeof published.liveVisitors>().toEqualTypeOf<typeof library.liveVisitors>();
});
