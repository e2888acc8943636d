import { chromium } from '../src/engine.ts';
import { describeWandering } from '../src/wandering.ts';

describeWandering(chromium);
