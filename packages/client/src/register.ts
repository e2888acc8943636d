import { defineElement } from './widget/element.ts';

export { LiveVisitorsElement } from './widget/element.ts';

// Servers that render pages have no elements.
if (globalThis.customElements) defineElement('');
