import type { GroupEnvironment, Meeting } from './environment.ts';

/**
 * How long a newcomer without locks waits for a leader to answer its hello, and how long at random. Those that were led
 * before wait at random only: they know the group's id.
 */
const candidacyMs = 100;

/**
 * Asks to lead: by the lock, or where there are no locks by waiting whether anyone else leads.
 *
 * @param lead - called when this document leads; without locks, unless it is called off before
 * @param onStolen - called when another one has taken the lock
 * @returns how to ask no more, or to lead no more
 */
export function askToLead(
  { schedule, random }: GroupEnvironment,
  { locks, post }: Meeting,
  { steal, isNewcomer }: { steal: boolean; isNewcomer: boolean },
  lead: () => void,
  onStolen: () => void,
): () => void {
  if (locks) return locks.request(steal, lead, onStolen);
  // Who can talk to nobody has nobody to wait for.
  return schedule(lead, post ? candidacyMs * (random() + Number(isNewcomer)) : 0);
}
