/** A page that a tab is on, or that a stream watches. */
export type Page = {
  readonly name: string;
  /** The address whose limit it counts for. */
  readonly broughtBy: string;
  online: number;
  watchers: number;
  /** The tabs of this node at the last tick. */
  counted: number;
  /** The count that was sent after the last tick. */
  sent: number | null;
  /** The same as a member of a JSON object, if several streams may be sent it. */
  json: string | undefined;
};

/** The set of pages whose counts a stream is sent. Streams with the same pages share it. */
export type PageView = {
  readonly pages: readonly Page[];
  /** Pages that are not tracked, as members of a JSON object. */
  readonly unknown: string;
  streams: number;
};

/** Keeps one view for each distinct set of pages, for as long as a stream has it. */
export function createPageViews() {
  const views = new Map<string, PageView>();
  // No name has a line break.
  const keyOf = (pages: readonly Page[]) => pages.map(({ name }) => name).join('\n');

  return {
    /** The view of a stream. Give it back by `release`. With `isNew`, one of the pages is in no view yet. */
    take(given: readonly Page[], untracked: readonly string[], isNew = false): PageView {
      // V8 reserves memory for more entries in a list that grows, but not in a copy.
      const pages = [...new Set(given)].sort((one, other) => (one.name < other.name ? -1 : 1)).slice();
      const unknown = untracked.map((name) => toMember(name, null)).join();
      // Few streams have names that are not tracked, and most new pages are never on a second stream.
      if (unknown !== '' || isNew) return { pages, unknown, streams: 1 };
      const key = keyOf(pages);
      const view = views.get(key) ?? { pages, unknown, streams: 0 };
      view.streams++;
      views.set(key, view);
      return view;
    },

    release(view: PageView): void {
      view.streams--;
      if (view.streams > 0) return;
      const key = keyOf(view.pages);
      if (views.get(key) === view) views.delete(key);
    },
  };
}

/** The payload of an event `pages` as JSON, with the counts of the last tick, or with those that `count` knows. */
export function encodeView({ pages, unknown }: PageView, count?: (name: string) => number | null): string {
  const members = pages.map(({ name, sent, json }) =>
    count === undefined ? (json ?? toMember(name, sent)) : toMember(name, count(name)),
  );
  if (unknown !== '') members.push(unknown);
  return `{"online":{${members.join()}}}`;
}

/** A member of a JSON object. As text, because assigning `__proto__` would set the prototype of an object. */
export function toMember(name: string, online: number | null): string {
  return `${JSON.stringify(name)}:${online}`;
}
