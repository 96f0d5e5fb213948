/** Clocks that tests move by hand. */
export { FakeClock, ShiftedClock, settle } from './fake-clock.ts';
