import { describe, it } from 'vitest';
import { listsFromTheBeginning, readsInParts, rebuildsToTheSame } from './workspace-properties.ts';

describe('a Workspace', () => {
  it('reads in parts what puts together to the file', () => readsInParts(400));
  it('lists the same beginning of the same order', () => listsFromTheBeginning(200));
  it('is rebuilt to the same tree from any writes', () => rebuildsToTheSame(200));
});
