import { launchChromium } from '../src/browser.ts';
import { describeManyTabs } from '../src/many-tabs.ts';

describeManyTabs('Chromium', launchChromium, true);
