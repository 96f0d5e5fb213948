export * from './clock/index.ts';
export * from './guests/index.ts';
export * from './processes/index.ts';
export * from './receipts/index.ts';
export * from './shared/index.ts';
export { speedUpsAreOff } from './speed-ups.ts';
