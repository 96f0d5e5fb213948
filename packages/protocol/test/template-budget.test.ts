import { describe, expect, it } from 'vitest';
import { TemplateBudget, templateBytes } from '../src/index.ts';

const ROOMY = { bytes: 100, templates: 10, fromUse: 1 };

/** What a worker does for a candidate. @returns the artifacts that lost their place, or why there is none */
function candidate(budget: TemplateBudget, key: string, bytes = 10): string[] | 'held' | 'refused' {
  budget.use(key);
  if (budget.holds(key)) return 'held';
  const given = budget.placeFor(key, bytes);
  if (given === undefined) return 'refused';
  for (const other of given) budget.drop(other);
  budget.hold(key, bytes);
  return given;
}

describe('the budget for loaded artifacts', () => {
  it('holds every artifact from its first candidate on while there is room', () => {
    const budget = new TemplateBudget(ROOMY);
    for (let i = 0; i < 10; i++) expect(candidate(budget, `${i}`)).toEqual([]);
    for (let i = 0; i < 10; i++) expect(candidate(budget, `${i}`)).toBe('held');
    expect(budget.heldBytes).toBe(100);
  });

  it('waits for the second candidate where it is told to', () => {
    const budget = new TemplateBudget({ ...ROOMY, fromUse: 2 });
    expect(candidate(budget, 'a')).toBe('refused');
    expect(candidate(budget, 'a')).toEqual([]);
    expect(candidate(budget, 'a')).toBe('held');
  });

  it('gives no place away to artifacts that come once', () => {
    const budget = new TemplateBudget(ROOMY);
    for (let i = 0; i < 10; i++) candidate(budget, `${i}`);
    for (let i = 10; i < 2_000; i++) expect(candidate(budget, `${i}`)).toBe('refused');
    for (let i = 0; i < 10; i++) expect(candidate(budget, `${i}`)).toBe('held');
  });

  it('gives the place of the rarest one to an artifact that is used clearly more often', () => {
    const budget = new TemplateBudget(ROOMY);
    for (let i = 0; i < 10; i++) for (let uses = 0; uses <= i; uses++) candidate(budget, `${i}`);
    expect(candidate(budget, 'new')).toBe('refused');
    expect(candidate(budget, 'new')).toEqual(['0']);
    expect(budget.heldBytes).toBe(100);
  });

  it('changes nothing in the long run where all are used alike and not all have room', () => {
    const budget = new TemplateBudget(ROOMY);
    for (let round = 0; round < 200; round++) for (let i = 0; i < 20; i++) candidate(budget, `${i}`);
    let changes = 0;
    for (let round = 0; round < 200; round++)
      for (let i = 0; i < 20; i++) if (Array.isArray(candidate(budget, `${i}`))) changes += 1;
    expect(changes).toBe(0);
  });

  it('follows a change of what is used', () => {
    const budget = new TemplateBudget(ROOMY);
    for (let n = 0; n < 5_000; n++) candidate(budget, `old ${n % 10}`);
    for (let n = 0; n < 5_000; n++) candidate(budget, `new ${n % 10}`);
    for (let i = 0; i < 10; i++) expect(candidate(budget, `new ${i}`)).toBe('held');
  });

  it('never holds more bytes or templates than it may, in whatever order they come', () => {
    const limits = { bytes: 100, templates: 5, fromUse: 2 };
    const budget = new TemplateBudget(limits);
    let state = 1;
    const next = (below: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    for (let n = 0; n < 20_000; n++) {
      candidate(budget, `${next(next(40) + 1)}`, 1 + next(60));
      if (n % 97 === 0) budget.drop(`${next(40)}`);
      expect(budget.heldBytes).toBeLessThanOrEqual(limits.bytes);
    }
    const held = Array.from({ length: 40 }, (_, i) => `${i}`).filter((key) => budget.holds(key));
    expect(held.length).toBeGreaterThan(0);
    expect(held.length).toBeLessThanOrEqual(limits.templates);
  });

  it('refuses what is larger than all of it, and everything where there is none', () => {
    expect(candidate(new TemplateBudget(ROOMY), 'large', 101)).toBe('refused');
    expect(candidate(new TemplateBudget({ ...ROOMY, bytes: 0 }), 'any', 1)).toBe('refused');
    expect(candidate(new TemplateBudget({ ...ROOMY, templates: 0 }), 'any', 1)).toBe('refused');
  });

  it('takes an artifact to need more than its file', () => {
    expect(templateBytes(1_000)).toBeGreaterThan(1_000);
  });
});
