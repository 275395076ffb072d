import { controlVerb } from './control.ts';

export const pause = controlVerb('pause', {
  summary: 'stop at once, until it is resumed',
  description:
    'Pauses a Session at once: nothing new begins, calls at work are cancelled, and its process goes away. `orket resume` goes on: what was cut off is done again, or, where nobody can know what it did, a gate asks.',
});
