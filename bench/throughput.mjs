#!/usr/bin/env node
import { main } from './support/main.mjs';
// One PVF in a row; `throughput/program.mjs` describes it. Needs Node >= 22.18 (runs TypeScript as it is).
import * as program from './throughput/program.mjs';

process.exitCode = await main(program, process.argv.slice(2));
