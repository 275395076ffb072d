import { OrketError, type BundleRole } from '#crds';
import { stablePath } from '../call/path.ts';
import type { AgentContext, Run } from '../call/run.ts';
import type { Amounts, Usage } from '../journal/record.ts';
import { dearestPrice, modelAsked, picosOf, requestBytes, reservationFor } from '../models/price.ts';
import type { ModelRequest } from '../models/provider.ts';

interface Wanted {
  readonly role: BundleRole;
  readonly request: ModelRequest;
}

/**
 * Throws where a limit holds and nothing says how much a turn may write, or what that costs. Asked before the turn is, so that
 * a replay comes to the same.
 */
export function checkBounds({ role, request }: Wanted, { run, budget, path }: AgentContext): void {
  if (!budget.boundsTokens) return;
  const at = `${stablePath(path)}, role ${role.name}`;
  if (request.params.maxTokens === undefined) {
    throw new OrketError('InvalidManifest', 'a limit of tokens or cost needs to know how much a turn may write', {
      at,
      expected: 'params.maxTokens of the role or the Venue',
      found: 'none',
      remedy: 'Set it, so that what a turn may use can be reserved.',
    });
  }
  if (dearestPrice(run.bundle.venue, request.model) === null && budget.left().picos !== undefined) {
    throw new OrketError('InvalidManifest', 'a limit of cost needs a price', {
      at,
      expected: `a price of the model "${request.model}" in the pricing of the Venue`,
      found: 'none',
      remedy: 'Give it one, or limit tokens instead.',
    });
  }
}

/** The most that a turn may use, counted only where that is bounded. After `checkBounds`. */
export function boundOf({ request }: Wanted, { run, budget }: AgentContext): Amounts {
  const { maxTokens } = request.params;
  if (!budget.boundsTokens || maxTokens === undefined) return { calls: 0, tokens: 0, picos: 0 };
  const price = dearestPrice(run.bundle.venue, request.model);
  const { tokens, picos } = reservationFor(requestBytes(request), maxTokens, price);
  return { calls: 0, tokens, picos: picos ?? 0 };
}

/** What a turn cost, where its model has a price and the server said what it used. */
export function costOf(
  request: ModelRequest,
  usage: Usage | null,
  backend: string,
  { bundle: { venue } }: Run,
): { readonly picos?: number } {
  if (usage === null) return {};
  const picos = picosOf(venue.pricing, modelAsked(venue, request.model, backend), usage);
  return picos === null ? {} : { picos };
}
