export type { PvfServerOptions, TcpOptions } from './options.ts';
export { PvfServer } from './pvf-server.ts';
