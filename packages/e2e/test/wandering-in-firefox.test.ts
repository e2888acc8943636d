import { firefox } from '../src/engine.ts';
import { describeWandering } from '../src/wandering.ts';

describeWandering(firefox);
