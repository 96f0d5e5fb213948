#!/usr/bin/env node
// What a job process per candidate costs; `overhead/run.mjs` describes it. Needs Node >= 22.18 (runs TypeScript as it is).
import { run } from './overhead/run.mjs';

process.exitCode = await run(process.argv.slice(2));
