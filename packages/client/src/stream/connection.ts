import { type Guard, isText, objectOf, optional } from '@live-visitors/shared';

/**
 * The state of the connection to the server:
 * - `connecting`: the first stream is being opened
 * - `live`: a snapshot arrives each second
 * - `stale`: the stream is open, but nothing arrives
 * - `delayed`: no stream brings a snapshot, so the count is requested every 15 seconds
 * - `reconnecting`: the stream is lost; the next one is opened in `inMs` milliseconds, or is being opened if that is 0
 * - `offline`: the stream is lost, and this device has no network
 * - `refused`: the server refuses the stream, and is asked again in `inMs` milliseconds. `reason` is a sentence in
 *   English; `status` is the HTTP status, or missing if the URL of the server is wrong
 */
export type Connection =
  | { state: 'connecting' | 'live' | 'stale' | 'delayed' | 'offline' }
  | { state: 'reconnecting'; inMs: number }
  | { state: 'refused'; reason: string; status?: number; inMs: number };

/** Milliseconds, which may be infinite. */
export const isDuration = (value: unknown): value is number => typeof value === 'number' && value >= 0;

/** Checks what is used of a connection that another tab shares. */
export const isConnection = objectOf({
  state: isText,
  inMs: optional(isDuration),
  reason: optional(isText),
}) as Guard<Connection>;
