import { webkit } from '../src/engine.ts';
import { describePlainSite, describeWidgetSites } from '../src/widget-sites.ts';

describeWidgetSites(webkit);
describePlainSite(webkit);
