#!/usr/bin/env node
// Many PVFs in random order; `mixed/run.mjs` describes it. Needs Node >= 22.18 (runs TypeScript as it is).
import { run } from './mixed/run.mjs';

process.exitCode = await run(process.argv.slice(2));
