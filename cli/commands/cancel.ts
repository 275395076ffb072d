import { controlVerb } from './control.ts';

export const cancel = controlVerb('cancel', {
  summary: 'end a Session',
  description:
    'Ends a Session at once and in order as cancelled, also one that is parked or whose process is gone. Calls at work are cancelled.',
});
