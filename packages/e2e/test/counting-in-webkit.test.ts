import { describeCounting } from '../src/counting.ts';
import { webkit } from '../src/engine.ts';

describeCounting(webkit);
