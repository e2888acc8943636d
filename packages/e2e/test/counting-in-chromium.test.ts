import { describeCounting } from '../src/counting.ts';
import { chromium } from '../src/engine.ts';

describeCounting(chromium);
