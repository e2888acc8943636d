export * from './client-files.ts';
export * from './day-history.ts';
export * from './events.ts';
export * from './guards.ts';
export * as paths from './paths.ts';
export * from './query.ts';
export * from './recent-history.ts';
export * from './stream-query.ts';
export * from './stream-url.ts';
