import { expect, test } from 'vitest';
import { createPeakTime } from '../../src/dashboard/peak-time.ts';

test('the time of the peak is what the server says', () => {
  const peakTime = createPeakTime();
  peakTime.hear({ peak: 9, at: 50_000 });
  expect(peakTime.of(9)).toBeUndefined();
  peakTime.learn({ online: 9, at: 1234 });
  expect(peakTime.of(9)).toBe(1234);
});

test('a server that does not know it need not be asked again', () => {
  const peakTime = createPeakTime();
  peakTime.learn({ online: 9, at: null });
  expect(peakTime.of(9)).toBeNull();
});

test('a peak that rises from one snapshot to the next is now', () => {
  const peakTime = createPeakTime();
  peakTime.learn({ online: 9, at: 1234 });
  peakTime.hear({ peak: 9, at: 50_000 });
  peakTime.hear({ peak: 10, at: 51_000 });
  expect(peakTime.of(10)).toBe(51_000);
  peakTime.hear({ peak: 10, at: 52_000 });
  expect(peakTime.of(10)).toBe(51_000);
});

test('a peak that was reached while no snapshots arrived may be hours old', () => {
  const peakTime = createPeakTime();
  peakTime.learn({ online: 9, at: 1234 });
  peakTime.hear({ peak: 9, at: 50_000 });
  peakTime.hear({ peak: 12, at: 9_000_000 });
  expect(peakTime.of(12)).toBeUndefined();
});

test('an answer that is older than the last peak does not replace it', () => {
  const peakTime = createPeakTime();
  peakTime.hear({ peak: 9, at: 50_000 });
  peakTime.hear({ peak: 10, at: 51_000 });
  peakTime.learn({ online: 9, at: 1234 });
  expect(peakTime.of(10)).toBe(51_000);
});

test('a server that begins anew has a peak of its own', () => {
  const peakTime = createPeakTime();
  peakTime.learn({ online: 9, at: 1234 });
  peakTime.hear({ peak: 2, at: 60_000 });
  expect(peakTime.of(2)).toBeUndefined();
  peakTime.learn({ online: 2, at: 59_000 });
  expect(peakTime.of(2)).toBe(59_000);
});
