import { describe, expect, it } from 'vitest';
import { parsePinned } from './checkout.ts';

describe('REPO@REF[:PATH]', () => {
  it.each([
    ['.@main', { repository: '.', ref: 'main', path: '.' }],
    ['.@HEAD~1:examples/01-hello', { repository: '.', ref: 'HEAD~1', path: 'examples/01-hello' }],
    ['../other@feature/x', { repository: '../other', ref: 'feature/x', path: '.' }],
    ['https://example.org/a/b.git@v1.0:deep', { repository: 'https://example.org/a/b.git', ref: 'v1.0', path: 'deep' }],
    ['a@b@c', { repository: 'a@b', ref: 'c', path: '.' }],
  ])('%s is understood', (spec, expected) => {
    expect(parsePinned(spec)).toEqual(expected);
  });

  it.each(['examples', '@main', 'repo@', 'repo@:path', ''])('%j is no such thing', (spec) => {
    expect(parsePinned(spec)).toBeUndefined();
  });
});
