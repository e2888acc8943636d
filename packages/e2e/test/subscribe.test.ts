import { describe, expect, test } from 'vitest';
import { chromium } from '../src/engine.ts';
import { eventually } from '../src/eventually.ts';
import { moduleOf, told } from '../src/subscriptions.ts';
import { useWidgets } from '../src/widget-page.ts';

describe('the subscription', () => {
  const { server, startSite, open, keepsCounting } = useWidgets(chromium.launch);

  /** Opens a page that has imported the module, to which it adds what is given. */
  const openModule = async (code: string) => open((await startSite()).publish(moduleOf(server().url, code)));

  test('can be stopped by whoever is told, and goes on when one of them throws', async () => {
    const page = await openModule(`
      let thrown = 0;
      subscribe({ server }, () => { if (thrown++ < 2) throw new Error('of the page'); });
      const stopFirst = subscribe({ server }, () => { told.push('first'); stopFirst(); });
      setTimeout(() => {
        const stopLast = subscribe({ server }, () => { told.push('last'); stopLast(); });
      }, 1500);
      subscribe({ server }, () => told.push('other'));`);
    await eventually(async () => {
      const all = await told(page);
      expect(all.filter((each) => each === 'other').length).toBeGreaterThan(3);
      expect(all.filter((each) => each !== 'other')).toEqual(['first', 'last']);
    });
    expect(page.problems.splice(0)).toEqual(Array(2).fill('Error: of the page'));
    await keepsCounting({ online: 1 });
  });

  test.each([['visitors.example.com'], [''], ['javascript:alert(1)'], ['//visitors.example.com'], [undefined]])(
    'says what a server must be where it is %j',
    async (given) => {
      const page = await openModule(`
        try {
          subscribe({ server: ${JSON.stringify(given)} }, () => {});
        } catch (error) {
          told.push(error.name, error.message);
        }`);
      await eventually(async () =>
        expect(await told(page)).toEqual([
          'TypeError',
          `"server" must be a URL such as https://visitors.example.com, but is "${given}".`,
        ]),
      );
    },
  );
});
