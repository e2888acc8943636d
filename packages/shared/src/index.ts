export * from './events.ts';
export * from './paths.ts';
export * from './problem.ts';
export * from './stream-query.ts';
