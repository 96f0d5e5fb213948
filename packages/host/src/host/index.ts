/**
 * The host: `PvfHost.start` resolves the options, checks the worker programs and this machine's isolation, and wires
 * the pipelines; then every request runs through intake, artifacts, execute queue and verdict.
 */
export { PvfHost } from './pvf-host.ts';
