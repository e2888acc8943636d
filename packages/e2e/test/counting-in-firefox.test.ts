import { describeCounting } from '../src/counting.ts';
import { firefox } from '../src/engine.ts';

describeCounting(firefox);
