import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const pages = globSync('{*.md,docs/**/*.md,examples/{,*/}README.md,test/*/README.md}', { cwd: root }).toSorted();

/** Without code, where brackets mean something else. */
function prose(page: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  return text.replaceAll(/^( *)```[^]*?^\1```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

function linksOf(page: string): readonly string[] {
  const text = prose(page);
  const found = [...text.matchAll(/\]\(([^()\s]+)(?: "[^"]*")?\)/g), ...text.matchAll(/\b(?:href|src)="([^"]+)"/g)];
  return found.map((match) => match[1] ?? '').filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors of a page, as forges make them of headings. */
function anchorsOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
  return [...text.matchAll(/^#+ +(.+)$/gm)].map((match) => {
    return (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  });
}

/** What is wrong with a link, null where it leads somewhere. */
function brokenLink(page: string, link: string): string | null {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (target.startsWith('..') || !existsSync(join(root, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined || !target.endsWith('.md')) return null;
  return anchorsOf(target).includes(anchor) ? null : `${link}: ${target} has no heading #${anchor}`;
}

describe('links between pages', () => {
  it.each(pages)('all lead somewhere: %s', (page) => {
    expect(linksOf(page).flatMap((link) => brokenLink(page, link) ?? [])).toEqual([]);
  });

  it('reach every page of docs/ from its index', () => {
    const reached = new Set<string>();
    const follow = (page: string): void => {
      if (reached.has(page) || !existsSync(join(root, page))) return;
      reached.add(page);
      for (const link of linksOf(page)) {
        const target = normalize(join(dirname(page), link.split('#', 1)[0] ?? ''));
        if (target.endsWith('.md')) follow(target);
        else if (link.endsWith('/')) follow(join(target, 'README.md'));
      }
    };
    follow('docs/README.md');
    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
  });
});
