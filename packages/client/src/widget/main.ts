import { defineElement } from './element.ts';

// A classic script knows where it came from while it runs for the first time: the server is in the same place.
const { currentScript } = document;
const source = currentScript instanceof HTMLScriptElement ? currentScript.src : '';
defineElement(source && new URL('.', source).href);
