#!/usr/bin/env node
// One candidate, stage by stage; `breakdown/program.mjs` describes it. Needs Node >= 22.18 (runs TypeScript as it is).
import * as program from './breakdown/program.mjs';
import { main } from './support/main.mjs';

process.exitCode = await main(program, process.argv.slice(2));
