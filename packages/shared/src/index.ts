export * from './day-history.ts';
export * from './events.ts';
export * from './page-names.ts';
export * from './paths.ts';
export * from './query.ts';
export * from './recent-history.ts';
export * from './stream-query.ts';
export * from './stream-url.ts';
