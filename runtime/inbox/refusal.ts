/** Why what a person said cannot count. Said to them before it is sent where that is known, else recorded with it. */
export interface Refusal {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}

/** As the record of it says. */
export function refusalText({ what, expected, found }: Refusal): string {
  return `${what}: expected ${expected}, found ${found}`;
}
