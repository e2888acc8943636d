import { type Guard, isNonNegativeInteger, isText, listOf, objectOf } from './guards.ts';

/** A page, and how many tabs are on it. */
export type PageCount = { name: string; online: number };

/** Reads the answer to `GET /pages`, the fullest page first; `undefined` if it is not valid, or says that no count is known. */
export function readPageList(value: unknown): PageCount[] | undefined {
  return isPageList(value) ? value.pages : undefined;
}

const isPageList: Guard<{ pages: PageCount[] }> = objectOf({
  pages: listOf(objectOf<PageCount>({ name: isText, online: isNonNegativeInteger })),
});
