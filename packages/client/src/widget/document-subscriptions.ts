import { environment } from '../stream/browser-environment.ts';
import { lockWay } from '../tabs/web-locks.ts';
import { createRoom, type Room } from '../document-subscription.ts';
import { soloWay } from '../tabs/unshared.ts';

// The widget and the subscription are bundles of their own, which find each other by this. The number is that of the
// room's form.
const roomsKey: unique symbol = Symbol.for('live-visitors rooms 1');
declare global {
  interface Window {
    [roomsKey]?: Map<string, Room>;
  }
}

/** One room for each server, however many widgets and subscriptions there are in a document. */
function allRooms(): Map<string, Room> {
  // Not at once: the module may be imported where there is no window, as on a server that renders pages.
  const rooms = window[roomsKey] ?? new Map();
  window[roomsKey] = rooms;
  return rooms;
}

/** @param server - its URL, without a slash at the end */
export function roomOf(server: string): Room {
  const known = allRooms().get(server);
  if (known) return known;
  const room = createRoom([lockWay, soloWay], environment, server);
  setRoom(server, room);
  return room;
}

/** Has the widgets of a page share what the page itself listens to. */
export function setRoom(server: string, room: Room): void {
  allRooms().set(server, room);
}
