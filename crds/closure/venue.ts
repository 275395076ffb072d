import type { Venue } from '../generated/resources.ts';
import { checkExpression, checkTemplate, checkTemplates } from './expressions.ts';
import { checkFreeForm } from './free-form.ts';
import type { Report } from './report.ts';
import { replyScope } from './scopes.ts';

/** Checks the replies of a scripted Venue. */
export function checkVenue(venue: Venue, report: Report): void {
  for (const [index, { when, text, toolCalls = [] }] of (venue.spec.replies ?? []).entries()) {
    const path = `spec.replies[${index}]`;
    if (when !== undefined) checkExpression(venue, `${path}.when`, when, replyScope, report);
    if (text !== undefined) checkTemplate(venue, `${path}.text`, text, replyScope, report);
    for (const [at, call] of toolCalls.entries()) {
      const field = `${path}.toolCalls[${at}].arguments`;
      if (checkFreeForm(venue, field, call.arguments, 'value', report)) {
        checkTemplates(venue, field, call.arguments, replyScope, report);
      }
    }
  }
}
