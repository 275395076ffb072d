import { describe, expect, it } from 'vitest';
import { catalogue } from '#crds';
import { explanationOf } from './explain.ts';

describe('orket explain', () => {
  it.each(Object.entries(catalogue))('explains %s by its name and by its code', (reason, { code }) => {
    const text = explanationOf(reason.toLowerCase());
    expect(text).toMatch(new RegExp(`^${reason} \\(${code}\\)\\n {2}\\S.*\\n {2}\\S`));
    expect(explanationOf(code)).toBe(text);
  });

  it('explains a problem that validate lists', () => {
    expect(explanationOf('UnknownField')).toMatch(/stage decode\)\n {2}a field that the kind does not have\n/);
  });

  it('says what expressions see and can do, without a page', () => {
    expect(explanationOf('expressions')).toMatch(/^Scope\nNAME {3}/);
    expect(explanationOf('expressions')).toContain('`exists_one`');
  });

  it('says what is near where there is nothing of that name', () => {
    expect(() => explanationOf('InvalidManifst')).toThrow('Did you mean "InvalidManifest"?');
    expect(() => explanationOf('x'.repeat(9_999))).toThrow('"xxx');
  });
});
