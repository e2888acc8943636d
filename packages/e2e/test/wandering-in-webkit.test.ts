import { webkit } from '../src/engine.ts';
import { describeWandering } from '../src/wandering.ts';

describeWandering(webkit);
