import { afterEach, expect, it, vi } from 'vitest';
import { systemTime } from './system-time.ts';

afterEach(() => void vi.useRealTimers());

it('the time of a process is that of its machine in whole milliseconds, also after it stood still', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  expect(systemTime.now()).toBe(1_700_000_000_000);
  vi.setSystemTime(1_700_003_600_000);
  expect(systemTime.now()).toBe(1_700_003_600_000);
});
