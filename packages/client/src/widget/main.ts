import { defineElement } from './element.ts';

// A classic script knows its own URL while it runs for the first time. The server is beside it.
const { currentScript } = document;
const source = currentScript instanceof HTMLScriptElement ? currentScript.src : '';
// A plugin may have made it a `blob:` or `data:` URL, which has nothing beside it.
defineElement(/^http/.test(source) ? new URL('.', source).href : '');
