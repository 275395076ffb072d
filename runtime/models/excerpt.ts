import type { Mask } from '../secrets/mask.ts';

/** Characters that are looked at; what follows is never shown. Fewer than are read of the body of any error. */
const scanned = 16 * 1024;

/**
 * A piece of hostile text that is fit for an error: masked before anything is cut, control characters made spaces, at
 * most `limit` characters.
 */
export function excerpt(text: string, mask: Mask, limit = 200): string {
  // A secret that the cut goes through would not be found: a stream holds back what could be the start of one.
  const masked = text.length > scanned ? mask.stream().push(text.slice(0, scanned)) : mask.text(text);
  const clean = masked
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  const points = Array.from(clean.slice(0, limit * 2 + 2));
  return points.length > limit ? `${points.slice(0, limit).join('')}…` : points.join('');
}
