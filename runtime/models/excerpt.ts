/** Characters that are looked at; what follows is never shown. */
const scanned = 64 * 1024;

/**
 * A piece of hostile text that is fit for an error: `secrets` masked in the forms a server may echo them in, control
 * characters made spaces, at most `limit` characters.
 */
export function excerpt(text: string, secrets: readonly string[], limit = 200): string {
  const forms = secrets.flatMap(formsOf);
  let clean = text.slice(0, scanned);
  for (const form of forms) clean = clean.replaceAll(form, '‹secret:apiKey›');
  // A secret that the cut went through was not found, so as much as it could have left is dropped.
  if (text.length > scanned) clean = clean.slice(0, -Math.max(1, ...forms.map((form) => form.length)));
  clean = clean
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  const points = Array.from(clean.slice(0, limit * 2 + 2));
  return points.length > limit ? `${points.slice(0, limit).join('')}…` : points.join('');
}

function formsOf(secret: string): readonly string[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  const forms = [secret, bytes.toString('base64'), bytes.toString('base64url'), encodeURIComponent(secret)];
  return [...new Set([...forms, JSON.stringify(secret).slice(1, -1)])];
}
