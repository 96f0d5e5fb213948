#!/usr/bin/env node
// What preparation costs; `prepare/run.mjs` describes it. Needs Node >= 22.18 (runs TypeScript as it is).
import { run } from './prepare/run.mjs';

process.exitCode = await run(process.argv.slice(2));
