import { defineElement } from './element.ts';

// A classic script knows where it came from while it runs for the first time: the server is in the same place.
const { currentScript } = document;
defineElement(currentScript instanceof HTMLScriptElement ? new URL('.', currentScript.src).href : '');
