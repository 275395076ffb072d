import type { Row } from './sample.ts';
export async function clusterRows(_runs: number): Promise<readonly Row[]> {
  return [];
}
