#!/usr/bin/env node
// What costs grow with; `scaling/program.mjs` describes it. Needs Node >= 22.18 (runs TypeScript as it is).
import * as program from './scaling/program.mjs';
import { main } from './support/main.mjs';

process.exitCode = await main(program, process.argv.slice(2));
