/**
 * A piece of hostile text that is fit for an error: `secrets` masked in the forms a server may echo them in, control
 * characters made spaces, at most `limit` characters.
 */
export function excerpt(text: string, secrets: readonly string[], limit = 200): string {
  let clean = text;
  for (const secret of secrets) {
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, '‹secret:apiKey›');
  }
  clean = clean
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  const points = Array.from(clean.slice(0, limit * 2));
  return points.length > limit ? `${points.slice(0, limit).join('')}…` : points.join('');
}

function formsOf(secret: string): readonly string[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  const forms = [secret, bytes.toString('base64'), bytes.toString('base64url'), encodeURIComponent(secret)];
  return [...new Set([...forms, JSON.stringify(secret).slice(1, -1)])];
}
