#!/usr/bin/env node
// Tens of thousands of candidates; `run.mjs` describes it. Needs Node >= 22.18 (runs TypeScript as it is).
import { soak } from './run.mjs';

process.exitCode = await soak(process.argv.slice(2));
