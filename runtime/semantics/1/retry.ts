import { digestOfBytes, type BundleRetry } from '#crds';

/** What holds where a `retry` says nothing. */
const defaults = { initialSeconds: 1, factor: 2, maxSeconds: 60 } as const;

/**
 * The pause after that many failures, of which the last was at `path`: exponential, between half and all of it, drawn
 * from the path, so that Sessions do not try again in step and every run of one waits as long.
 */
export function retryPauseMs(retry: BundleRetry, failures: number, path: string): number {
  const { initialSeconds, factor, maxSeconds } = { ...defaults, ...retry };
  const seconds = Math.min(maxSeconds, initialSeconds * factor ** (failures - 1));
  const drawn = Number.parseInt(digestOfBytes(path).slice('sha256:'.length, 'sha256:'.length + 4), 16) / 0xffff;
  return Math.round(seconds * 1000 * (0.5 + drawn / 2));
}
