import type { Flow, Role, Venue } from '../generated/resources.ts';
import type { Closure } from './references.ts';
import type { Report } from './report.ts';

/**
 * A limit of tokens or cost is kept by setting aside what a turn may use before it is taken: that takes a bound on what
 * it may write, and a limit of cost takes a price for each model that may be asked.
 */
export function checkLimits({ flow, band, venue }: Closure, report: Report): void {
  const { limits } = flow.spec;
  for (const [index, role] of band.spec.roles.entries()) {
    const counted = [limits, role.limits].find((each) => each?.tokens !== undefined || each?.cost !== undefined);
    if (counted === undefined) continue;
    const maxTokens = role.params?.maxTokens ?? venue.spec.params?.maxTokens;
    if (maxTokens !== undefined) continue;
    report.add(band, `spec.roles[${index}].params.maxTokens`, {
      reason: 'MissingBound',
      message: `tokens or cost are limited ${counted === limits ? `by Flow ${flow.metadata.name}` : 'by the role'}, and nothing says how much a turn may write`,
      expected: 'params.maxTokens of the role or of the Venue',
      found: 'nothing',
      remedy: `Add params.maxTokens to the role ${role.name} or to the Venue ${venue.metadata.name}.`,
    });
  }
  if (limits.cost !== undefined) checkPrices(flow, 'spec.limits.cost', band.spec.roles, venue, report);
  for (const [index, role] of band.spec.roles.entries()) {
    if (role.limits?.cost !== undefined) checkPrices(band, `spec.roles[${index}].limits.cost`, [role], venue, report);
  }
}

function checkPrices(
  resource: Flow | Closure['band'],
  path: string,
  roles: readonly Role[],
  { metadata, spec }: Venue,
  report: Report,
): void {
  const priced = new Set((spec.pricing ?? []).map(({ model }) => model));
  if (priced.has('*')) return;
  const served = (spec.backends ?? []).map(({ model }) => model);
  const asked = roles.flatMap(({ model }) => (model === undefined ? served : [model]));
  const missing = asked.length === 0 ? '*' : asked.find((model) => !priced.has(model));
  if (missing === undefined) return;
  report.add(resource, path, {
    reason: 'MissingPrice',
    message: `cost is limited, and there is no price for ${missing === '*' ? 'any model' : JSON.stringify(missing)}`,
    expected: `a price for ${missing === '*' ? 'every model' : JSON.stringify(missing)}, or for "*"`,
    found: priced.size === 0 ? 'no pricing' : `prices for ${[...priced].toSorted().slice(0, 12).join(', ')}`,
    remedy: `Add it to spec.pricing of the Venue ${metadata.name}.`,
  });
}
