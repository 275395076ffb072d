import { OrketError, type BundleRole } from '#crds';
import { stablePath } from '../call/path.ts';
import type { AgentContext, Run } from '../call/run.ts';
import type { Amounts, Usage } from '../journal/record.ts';
import { dearestPrice, modelAsked, picosOf, requestBytes, reservationFor } from '../models/price.ts';
import type { ModelRequest } from '../models/provider.ts';

/** The most that a turn may use, counted only where that is bounded. Throws where nothing says how much it may write. */
export function boundOf(
  { role, request }: { readonly role: BundleRole; readonly request: ModelRequest },
  { run, budget, path }: AgentContext,
): Amounts {
  if (!budget.boundsTokens) return { calls: 0, tokens: 0, picos: 0 };
  const at = `${stablePath(path)}, role ${role.name}`;
  const { maxTokens } = request.params;
  if (maxTokens === undefined) {
    throw new OrketError('InvalidManifest', 'a limit of tokens or cost needs to know how much a turn may write', {
      at,
      expected: 'params.maxTokens of the role or the Venue',
      found: 'none',
      remedy: 'Set it, so that what a turn may use can be reserved.',
    });
  }
  const price = dearestPrice(run.bundle.venue, request.model);
  const { tokens, picos } = reservationFor(requestBytes(request), maxTokens, price);
  if (picos === null && budget.left().picos !== undefined) {
    throw new OrketError('InvalidManifest', 'a limit of cost needs a price', {
      at,
      expected: `a price of the model "${request.model}" in the pricing of the Venue`,
      found: 'none',
      remedy: 'Give it one, or limit tokens instead.',
    });
  }
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
