import { expect, it } from 'vitest';
import { avoidSystemCalls, errnoName, killPid, lastErrno, sys3, sys6, syscallNumber } from '../src/index.ts';

it('calls to avoid fail wherever they are made, as if the kernel had none, and no others do', () => {
  const [getpid, getppid] = [syscallNumber('getpid')!, syscallNumber('getppid')!];
  avoidSystemCalls();
  expect(sys3(getppid, 0, 0, 0)).toBe(process.ppid);
  avoidSystemCalls('getppid', 'kill');
  for (const result of [() => sys3(getppid, 0, 0, 0), () => sys6(getppid, 0, 0, 0, 0, 0, 0)]) {
    expect(result()).toBe(-1);
    expect(errnoName(lastErrno())).toBe('ENOSYS');
  }
  expect(() => killPid(process.pid, 0)).toThrow(/kill.*ENOSYS.*a system-call filter around this process/);
  expect(sys3(getpid, 0, 0, 0)).toBe(process.pid);
  expect(sys6(getpid, 0, 0, 0, 0, 0, 0)).toBe(process.pid);
});
