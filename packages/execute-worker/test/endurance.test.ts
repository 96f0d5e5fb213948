import { it } from 'vitest';
import { runMany } from './support/endurance.ts';

it('two hundred candidates leave no process, descriptor or memory behind', () => runMany(50, 150));
