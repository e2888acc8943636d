import { firefox } from '../src/engine.ts';
import { describeWidgets } from '../src/widgets.ts';

describeWidgets(firefox);
