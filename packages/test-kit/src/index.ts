export * from './guests/index.ts';
