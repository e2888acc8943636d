import { installed, launchFirefox } from '../src/browser.ts';
import { describeManyTabs } from '../src/many-tabs.ts';

describeManyTabs('Firefox', launchFirefox, installed.firefox !== undefined);
