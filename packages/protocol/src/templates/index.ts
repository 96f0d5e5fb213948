/**
 * What a host and its execute workers agree on about artifacts that are loaded ahead: how much memory one is taken to
 * need, and which ones a worker keeps. Nothing of it is on the wire; the worker decides, and a host that goes through the
 * same steps knows what its workers have loaded.
 */
export { type BudgetLimits, MAX_TEMPLATES, TemplateBudget, templateBytes } from './budget.ts';
