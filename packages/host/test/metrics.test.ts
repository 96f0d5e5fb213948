import { FakeClock } from '@pvf/test-kit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Metrics, SlownessWatch } from '../src/metrics/index.ts';

function setUp() {
  const clock = new FakeClock();
  const warnings: { sign: string; remedy: string }[] = [];
  const logger = pino({}, { write: (line: string) => void warnings.push(JSON.parse(line)) });
  const registry = new Registry();
  const watch = new SlownessWatch(clock, logger, new Metrics(registry));
  const gauge = async (sign: string): Promise<number | undefined> => {
    const { values } = (await registry.getSingleMetric('pvf_machine_too_slow')?.get()) ?? { values: [] };
    return values.find(({ labels }) => labels.sign === sign)?.value;
  };
  return { clock, warnings, watch, gauge };
}

const times = (count: number, act: () => void): void => {
  for (let i = 0; i < count; i += 1) act();
};

describe('a machine too slow for its limits is warned about', () => {
  it('when approvals wait long on average', async () => {
    const { watch, warnings, gauge } = setUp();
    times(20, () => watch.started('approval', 4_000));
    expect(warnings).toMatchObject([{ sign: 'queue_time', remedy: expect.stringContaining('workers') }]);
    expect(await gauge('queue_time')).toBe(1);
    times(20, () => watch.started('approval', 10));
    expect(await gauge('queue_time')).toBe(0);
  });

  it('when jobs get too little of a CPU', async () => {
    const { watch, warnings, gauge } = setUp();
    times(20, () => watch.executed(300_000_000n, 1_000));
    expect(warnings).toMatchObject([{ sign: 'cpu_share' }]);
    expect(await gauge('cpu_share')).toBe(1);
  });

  it('not more often than every ten minutes', async () => {
    const { clock, watch, warnings } = setUp();
    times(20, () => watch.started('dispute', 10_000));
    await clock.advance(10 * 60_000 - 1);
    watch.started('dispute', 10_000);
    expect(warnings).toHaveLength(1);
    await clock.advance(1);
    watch.started('dispute', 10_000);
    expect(warnings).toHaveLength(2);
  });

  it('and not for backing jobs that wait, single slow jobs, or jobs that are short', () => {
    const { watch, warnings } = setUp();
    times(20, () => watch.started('backing', 60_000));
    watch.started('approval', 10_000);
    // What the first candidates of cold PVFs take on an idle machine.
    times(20, () => watch.executed(20_000_000n, 399));
    expect(warnings).toEqual([]);
  });
});
