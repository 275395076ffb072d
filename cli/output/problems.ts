import type { OrketError, Problem } from '#crds';

/** One problem of a manifest: where and what, what was expected and found, what to do. */
export function problemText({ file, line, column, path, message, expected, found, remedy }: Problem): string {
  const place = `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}`;
  return layout(`${place}: ${message}`, expected, found, remedy);
}

/** The same of what ends nothing. */
export function warningText(problem: Problem): string {
  return `warning: ${problemText(problem)}`;
}

/** An error of the catalogue in the same form, with its code, by which it is explained where it says nothing to do itself. */
export function errorText({ summary, code, reason, detail: { at, expected, found, remedy } }: OrketError): string {
  const what = at === undefined ? summary : `${at}: ${summary}`;
  return layout(
    `${what} (${code} ${reason})`,
    expected,
    found,
    remedy || `\`orket explain ${reason}\` says what to do.`,
  );
}

function layout(what: string, expected = '', found = '', remedy = ''): string {
  const facts = [expected && `expected ${expected}`, found && `found ${found}`].filter((fact) => fact !== '');
  return [what, facts.join(', '), remedy].filter((line) => line !== '').join('\n  ');
}
