export { type AppOptions, buildApp } from './app.ts';
export { ownPage, readPage } from './dashboard.ts';
export { asProblem } from './errors.ts';
export type { GuardOptions } from './guard.ts';
export { eventText, openStream, rawEventText } from './stream.ts';
