import { firefox } from '../src/engine.ts';
import { describeManyTabs } from '../src/many-tabs.ts';

describeManyTabs(firefox);
