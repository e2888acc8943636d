import { webkit } from '../src/engine.ts';
import { describeWidgetSites } from '../src/widget-sites.ts';

describeWidgetSites(webkit);
