import { test } from 'vitest';
import { chromium, describeIn } from '../src/engine.ts';
import { describeSharing } from '../src/sharing.ts';
import { crash, useTabs, withhold } from '../src/sharing-tabs.ts';

const strategies = [
  { name: 'a lock', options: {} },
  { name: 'a channel alone', options: { host: chromium.plainHosts.server } },
  { name: 'nothing', options: { prepare: withhold('locks', 'BroadcastChannel') } },
];

for (const { name, options } of strategies) {
  describeSharing(chromium, name, options);

  describeIn(chromium, `tabs that share by ${name} and crash`, () => {
    const { open, allShow, tabs, take } = useTabs(chromium.launch, options);

    test('are counted out', async () => {
      await open(3);
      await allShow({ online: 3 });
      for (const index of [1, 0]) {
        const crashing = take(index);
        await crash(crashing);
        await allShow({ online: tabs().length });
        await crashing.close();
      }
    });
  });
}
